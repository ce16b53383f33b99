"""Naming calendars, and reading them: the network and the strange text are met with no transaction open."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sealing import Sealer
from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.trainers import policy
from lms.trainers.busy import rules
from lms.trainers.busy.addresses import Allowed, Place, UnfitAddress, place_of
from lms.trainers.busy.apart import CannotRead, Span, busy_spans
from lms.trainers.busy.errors import AddressUnfit, TooManyCalendars
from lms.trainers.busy.events import CalendarUnread
from lms.trainers.busy.fetching import Fetched, NotRead, Resolver, fetch, resolve
from lms.trainers.busy.models import BusyCalendar, BusyPeriod, Failure
from lms.trainers.busy.queries import ours_among
from lms.web.module import Around

READ = "read-busy-calendar"
MOST_CALENDARS = 5
LOOK_BACK = timedelta(days=1)
LOOK_AHEAD = timedelta(days=400)
BATCH = 200


class BusyCalendars:
    """What trainers do about their own calendars."""

    def __init__(self, around: Around, resolver: Resolver = resolve) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.sealer = Sealer(around.settings.secret_values)
        self.allowed = Allowed(
            ports=(443, *around.settings.calendar_ports), hosts=around.settings.calendar_hosts
        )
        self.resolver = resolver

    @retried
    async def add(self, actor: Actor, *, person_id: UUID, calendar_id: UUID, address: str) -> None:
        """Name a calendar to be read from now on; the same address twice is named once. Raises AddressUnfit, TooManyCalendars."""
        ensure(policy.may_change_times(actor, person_id), actor)
        try:
            place = place_of(address, self.allowed)
        except UnfitAddress as error:
            raise AddressUnfit from error
        now, mark = self.clock(), self._mark(place)
        async with self.begin() as session:
            locked = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
            if await session.scalar(locked) is None:
                raise NotFound
            known = (
                await session.execute(
                    select(BusyCalendar.id, BusyCalendar.fingerprint).where(
                        BusyCalendar.person_id == person_id
                    )
                )
            ).all()
            if any(one.id == calendar_id or one.fingerprint == mark for one in known):
                return
            if len(known) >= MOST_CALENDARS:
                raise TooManyCalendars
            session.add(
                BusyCalendar(
                    id=calendar_id, person_id=person_id, sealed_address=self.sealer.seal(place.address),
                    fingerprint=mark, host=place.host, created_at=now, due_at=now + self._every(),
                )
            )  # fmt: skip
            enqueue(session, READ, {"calendar_id": str(calendar_id)}, at=now)
            self._note(session, actor, "trainer.calendar_added", person_id)

    @retried
    async def remove(self, actor: Actor, *, person_id: UUID, calendar_id: UUID) -> None:
        """Forget a calendar with everything it said. Twice is as good as once."""
        ensure(policy.may_change_times(actor, person_id), actor)
        async with self.begin() as session:
            found = await session.get(BusyCalendar, calendar_id, with_for_update=True)
            if found is None:
                return
            if found.person_id != person_id:
                raise NotFound
            await session.execute(delete(BusyPeriod).where(BusyPeriod.calendar_id == calendar_id))
            await session.delete(found)
            self._note(session, actor, "trainer.calendar_removed", person_id)

    @retried
    async def read_soon(self, actor: Actor, *, person_id: UUID) -> None:
        """Have the calendars of somebody read within the next moments, at most once in a minute."""
        ensure(policy.may_change_times(actor, person_id), actor)
        now = self.clock()
        async with self.begin() as session:
            for one in await _due(session, BusyCalendar.person_id == person_id):
                if one.tried_at is None or now - one.tried_at >= rules.AT_MOST_EVERY:
                    one.tried_at, one.due_at = now, now + self._every()
                    enqueue(session, READ, {"calendar_id": str(one.id)}, at=now)

    @retried
    async def enqueue_due(self) -> None:
        """Order the reading of every calendar whose time has come."""
        now = self.clock()
        async with self.begin() as session:
            for one in await _due(session, BusyCalendar.due_at <= now):
                one.due_at = now + self._every()
                enqueue(session, READ, {"calendar_id": str(one.id)}, at=now)

    async def read(self, payload: dict[str, Any]) -> None:
        """Read one calendar and replace what it said; what cannot be read leaves the last good state as it is."""
        calendar_id = UUID(payload["calendar_id"])
        async with self.begin.reading() as session:
            known = await session.get(BusyCalendar, calendar_id)
        if known is None:
            return
        now = self.clock()
        try:
            fetched = await self._fetch(known)
            spans = await self._spans(fetched, now)
        except NotRead as error:
            await self._failed(calendar_id, error.failure, now)
        except CannotRead:
            await self._failed(calendar_id, Failure.UNREADABLE, now)
        except InvalidToken:  # sealed with a secret that is gone: it has to be named anew
            await self._failed(calendar_id, Failure.MISSING, now)
        else:
            await self._replace(calendar_id, fetched, spans, now)

    async def _fetch(self, known: BusyCalendar) -> Fetched:
        # a day later the window has moved on: what was unchanged has to be expanded anew
        is_recent = (
            known.read_at is not None and known.failure is Failure.NONE and self._is_same_day(known.read_at)
        )
        return await fetch(
            self.sealer.open(known.sealed_address),
            allowed=self.allowed,
            etag=known.etag if is_recent else "",
            last_modified=known.last_modified if is_recent else "",
            resolver=self.resolver,
        )

    async def _spans(self, fetched: Fetched, now: datetime) -> Sequence[Span] | None:
        if fetched.text is None:
            return None
        return await busy_spans(
            fetched.text, first=now - LOOK_BACK, last=now + LOOK_AHEAD, product=rules.OUR_PRODUCT
        )

    @retried
    async def _replace(
        self, calendar_id: UUID, fetched: Fetched, spans: Sequence[Span] | None, now: datetime
    ) -> None:
        async with self.begin() as session:
            known = await session.get(BusyCalendar, calendar_id, with_for_update=True)
            if known is None:
                return
            known.read_at = known.tried_at = now
            known.failure, known.failing_since, known.told_at = Failure.NONE, None, None
            if not self.sealer.is_up_to_date(known.sealed_address):  # a secret was rotated (S-83)
                known.sealed_address = self.sealer.seal(self.sealer.open(known.sealed_address))
            if spans is None:
                return
            known.etag, known.last_modified = fetched.etag, fetched.last_modified
            ours = await ours_among(session, {one.ours for one in spans if one.ours is not None})
            kept = rules.merged(Period(one.start, one.end) for one in spans if one.ours not in ours)
            await session.execute(delete(BusyPeriod).where(BusyPeriod.calendar_id == calendar_id))
            session.add_all(
                BusyPeriod(
                    calendar_id=calendar_id, person_id=known.person_id, starts_at=one.start, ends_at=one.end
                )
                for one in kept
            )  # fmt: skip

    @retried
    async def _failed(self, calendar_id: UUID, failure: Failure, now: datetime) -> None:
        async with self.begin() as session:
            known = await session.get(BusyCalendar, calendar_id, with_for_update=True)
            if known is None:
                return
            known.tried_at, known.failure = now, failure
            known.failing_since = known.failing_since or now
            patience = timedelta(days=self.settings.calendar_patience_days)
            if known.told_at is None and now - known.failing_since >= patience:
                known.told_at = now
                announce(session, CalendarUnread(calendar_id=calendar_id, at=now))

    def _every(self) -> timedelta:
        return timedelta(hours=self.settings.calendar_hours)

    def _is_same_day(self, moment: datetime) -> bool:
        return moment.date() == self.clock().date()

    def _mark(self, place: Place) -> str:
        """Tells the same address again; keyed, because addresses with short secrets could be guessed from a plain hash."""
        key = self.settings.secret_values[0].encode()
        return hmac.new(key, f"busy calendar {place.address}".encode(), hashlib.sha256).hexdigest()

    def _note(self, session: AsyncSession, actor: Actor, action: str, person_id: UUID) -> None:
        record(
            session, actor, action, at=self.clock(), kind="trainer", object_id=person_id, person_id=person_id
        )


async def _due(session: AsyncSession, condition: Any) -> Sequence[BusyCalendar]:
    return (
        await session.scalars(
            select(BusyCalendar).where(condition).order_by(BusyCalendar.id).limit(BATCH).with_for_update()
        )
    ).all()
