"""Passwords for calendar programmes: made, listed, taken back, and who comes with one."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import func, select, update

from lms.accounts.models import Account
from lms.accounts.queries import Capacities, capacities_of
from lms.audit.trail import record
from lms.db import retried
from lms.feeds.caldav.errors import TooManyPasswords
from lms.feeds.caldav.models import CalendarPassword
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, SignInNeeded
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.web.module import Around

UNUSED = timedelta(days=396)  # as a calendar address (S-19): thirteen months
SEEN_EVERY = timedelta(hours=1)
MOST = 10
BASIC = "basic "
LONGEST_HEADER = 1_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has come, and in which capacities they act today (S-04)."""

    person: Person
    account: Account
    capacities: Capacities

    @property
    def household(self) -> frozenset[UUID]:
        """Whose dates they may see beside their own."""
        return self.capacities.persons_for("R", "enrolment") - {self.person.id}


class CalendarPasswords:
    """One's own passwords for calendar programmes."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def listed(self, actor: Actor) -> tuple[str, Sequence[CalendarPassword]]:
        """The name to sign in with, and the passwords that still open something, the newest first."""
        async with self.begin.reading() as session:
            email = await session.scalar(select(Account.email).where(Account.id == _account(actor)))
            rows = await session.scalars(
                select(CalendarPassword)
                .where(CalendarPassword.account_id == _account(actor), CalendarPassword.revoked_at.is_(None))
                .order_by(CalendarPassword.created_at.desc(), CalendarPassword.id)
            )
            now = self.clock()
            return email or "", [row for row in rows if _is_alive(row, now)]

    @retried
    async def make(self, actor: Actor, *, name: str) -> str:
        """A new password, to be shown once. Raises TooManyPasswords."""
        value, now, account_id = token_urlsafe(32), self.clock(), _account(actor)
        async with self.begin() as session:
            await session.scalar(select(Account.id).where(Account.id == account_id).with_for_update())
            counted = select(func.count()).select_from(CalendarPassword)
            alive = CalendarPassword.account_id == account_id, CalendarPassword.revoked_at.is_(None)
            if (await session.scalar(counted.where(*alive)) or 0) >= MOST:
                raise TooManyPasswords
            password = CalendarPassword(account_id=account_id, name=name, hash=hashed(value), created_at=now)
            session.add(password)
            await session.flush()
            record(
                session, actor, "calendar_password.made", at=now, kind="calendar_password",
                object_id=password.id, person_id=actor.person_id,
            )  # fmt: skip
        return value

    @retried
    async def revoke(self, actor: Actor, *, password_id: UUID) -> None:
        """Make one's own password open nothing from now on. Twice is as good as once; somebody else's is NotFound."""
        now = self.clock()
        async with self.begin() as session:
            password = await session.get(CalendarPassword, password_id, with_for_update=True)
            if password is None or password.account_id != _account(actor):
                raise NotFound
            if password.revoked_at is None:
                password.revoked_at = now
                record(
                    session, actor, "calendar_password.revoked", at=now, kind="calendar_password",
                    object_id=password.id, person_id=actor.person_id,
                )  # fmt: skip

    async def holder(self, authorization: str) -> Holder | None:
        """Who comes with this header of HTTP Basic; None for whoever may not come in. Rights are read anew each time."""
        name, value = _basic(authorization)
        if not name or not value:
            return None
        now = self.clock()
        async with self.begin.reading() as session:
            row = (
                await session.execute(
                    select(CalendarPassword, Account, Person)
                    .join(Account, Account.id == CalendarPassword.account_id)
                    .join(Person, Person.id == Account.person_id)
                    .where(CalendarPassword.hash == hashed(value))
                )
            ).one_or_none()
            if row is None or not _is_alive(row.CalendarPassword, now) or row.Account.locked_at is not None:
                return None
            if row.Account.email.lower() != name.strip().lower():
                return None
            capacities = await capacities_of(session, row.Account.id, row.Person.id, today(self.clock))
        used = row.CalendarPassword.last_used_at
        if used is None or now - used >= SEEN_EVERY:
            await self._used(row.CalendarPassword.id, now)
        return Holder(row.Person, row.Account, capacities)

    @retried
    async def _used(self, password_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            await session.execute(
                update(CalendarPassword).where(CalendarPassword.id == password_id).values(last_used_at=now)
            )


def _is_alive(password: CalendarPassword, now: datetime) -> bool:
    return password.revoked_at is None and now - (password.last_used_at or password.created_at) < UNUSED


def _basic(header: str) -> tuple[str, str]:
    """Name and password out of the header (RFC 7617); nothing where it is something else."""
    if header[: len(BASIC)].lower() != BASIC or len(header) > LONGEST_HEADER:
        return "", ""
    try:
        text = base64.b64decode(header[len(BASIC) :].strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, value = text.partition(":")
    return name, value


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise SignInNeeded
    return actor.account_id
