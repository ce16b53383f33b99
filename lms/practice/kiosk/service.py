"""Setting tablets up, and what happens at them; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import spent, within
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.codes import Mistyped, derived_code, read_code
from lms.kernel.errors import NotFound
from lms.practice import policy
from lms.practice.errors import NameForTablet, NothingToTake, WrongTabletCode
from lms.practice.kiosk.door import IDLE, visit_of
from lms.practice.models import Kiosk
from lms.practice.slips.service import write_slip
from lms.web.module import Around

CODE_GOOD_FOR = timedelta(minutes=30)
CODE = "kiosk-code"
LIMIT = "tablet-code"
LONGEST_NAME = 80
MOST_LESSONS = 40


class Kiosks:
    """The tablets themselves, for the team."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(self, actor: Actor, *, kiosk_id: UUID, name: str) -> None:
        """A tablet that is still to be set up with its code. Under one id it is added once. Raises NameForTablet."""
        ensure(policy.may_set_up(actor), actor)
        named, now = name.strip()[:LONGEST_NAME], self.clock()
        if not named:
            raise NameForTablet
        async with self.begin() as session:
            if await session.get(Kiosk, kiosk_id) is not None:
                return
            session.add(
                Kiosk(
                    id=kiosk_id,
                    name=named,
                    added_at=now,
                    code_until=now + CODE_GOOD_FOR,
                    added_by=actor.account_id,
                )
            )
            record(session, actor, "kiosk.added", at=now, kind="kiosk", object_id=kiosk_id)

    @retried
    async def renew(self, actor: Actor, *, kiosk_id: UUID) -> None:
        """A new code; what was set up with the former one is no tablet any more. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            tablet = await _locked(session, kiosk_id)
            tablet.version += 1
            tablet.code_until, tablet.revoked_at, tablet.joined_at = now + CODE_GOOD_FOR, None, None
            tablet.visit, tablet.visit_seen_at = {}, None
            record(session, actor, "kiosk.renewed", at=now, kind="kiosk", object_id=kiosk_id)

    @retried
    async def revoke(self, actor: Actor, *, kiosk_id: UUID) -> None:
        """It is no tablet of ours any more, from this moment on. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            tablet = await _locked(session, kiosk_id)
            if tablet.revoked_at is not None:
                return
            tablet.version += 1
            tablet.revoked_at, tablet.code_until = now, None
            tablet.visit, tablet.visit_seen_at = {}, None
            record(session, actor, "kiosk.revoked", at=now, kind="kiosk", object_id=kiosk_id)

    def code_of(self, tablet: Kiosk) -> str:
        """The code to type at the tablet; empty where none is good at the moment."""
        is_good = tablet.code_until is not None and tablet.code_until > self.clock()
        return derived_code(self.around.signer.token(CODE, tablet.id, tablet.version)) if is_good else ""

    async def join(self, *, code: str, address: str) -> Kiosk:
        """Make the device a tablet of ours. The code works once. Raises WrongTabletCode, TooMany."""
        await spent(self.begin, self.clock, LIMIT, address=address)
        try:
            found = await self._join(read_code(code))
        except Mistyped as error:
            raise WrongTabletCode from error
        if found is None:
            await within(self.begin, self.clock, LIMIT, address=address)
            raise WrongTabletCode
        return found

    @retried
    async def _join(self, code: str) -> Kiosk | None:
        now = self.clock()
        async with self.begin() as session:
            rows = await session.scalars(
                select(Kiosk).where(Kiosk.code_until > now, Kiosk.revoked_at.is_(None)).with_for_update()
            )
            for tablet in rows.all():
                if self.code_of(tablet) == code:
                    tablet.code_until, tablet.joined_at = None, now
                    return tablet
        return None


class Visits:
    """What somebody does at a tablet, until it is wiped."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def stay(self, *, kiosk_id: UUID) -> None:
        """Somebody is still there: what they have done stays for three minutes more."""
        async with self.begin() as session:
            tablet = await _locked(session, kiosk_id)
            tablet.visit, tablet.visit_seen_at = visit_of(tablet, self.clock()), self.clock()

    @retried
    async def done(self, *, kiosk_id: UUID, lesson_id: UUID) -> None:
        """They have done a lesson."""
        async with self.begin() as session:
            tablet, visit = await self._open(session, kiosk_id)
            known = [one for one in visit.get("lessons", []) if one != str(lesson_id)]
            tablet.visit = visit | {"lessons": [*known, str(lesson_id)][-MOST_LESSONS:]}

    @retried
    async def said(self, *, kiosk_id: UUID, answers: Mapping[str, Any]) -> None:
        """What they have answered so far in the self-assessment."""
        async with self.begin() as session:
            tablet, visit = await self._open(session, kiosk_id)
            tablet.visit = visit | {"answers": {key: str(value) for key, value in answers.items()}}

    @retried
    async def end(self, *, kiosk_id: UUID) -> None:
        """Wipe everything. Twice is as good as once."""
        async with self.begin() as session:
            tablet = await _locked(session, kiosk_id)
            tablet.visit, tablet.visit_seen_at = {}, None

    @retried
    async def take_home(self, *, kiosk_id: UUID) -> str:
        """Write it on a slip and wipe it here; gives the code, which is kept nowhere. Raises NothingToTake."""
        async with self.begin() as session:
            tablet, visit = await self._open(session, kiosk_id)
            if not is_worth_a_slip(visit):
                raise NothingToTake
            contents = {key: visit[key] for key in ("lessons", "answers") if visit.get(key)}
            code = write_slip(session, self.around, contents)
            tablet.visit, tablet.visit_seen_at = {}, None
        return code

    @retried
    async def wipe_idle(self) -> None:
        """Wipe every tablet in front of which nobody has done anything for three minutes."""
        async with self.begin() as session:
            await session.execute(
                update(Kiosk)
                .where(Kiosk.visit_seen_at <= self.clock() - IDLE)
                .values(visit={}, visit_seen_at=None)
            )

    async def _open(self, session: AsyncSession, kiosk_id: UUID) -> tuple[Kiosk, dict[str, Any]]:
        tablet, now = await _locked(session, kiosk_id), self.clock()
        visit = visit_of(tablet, now)
        tablet.visit_seen_at = now
        return tablet, visit


def is_worth_a_slip(visit: Mapping[str, Any]) -> bool:
    """Whether there is anything to take home."""
    return bool(visit.get("lessons") or visit.get("answers"))


async def tablets(session: AsyncSession) -> Sequence[Kiosk]:
    """All of them, by name; those in use first."""
    found = await session.scalars(
        select(Kiosk).order_by(Kiosk.revoked_at.is_not(None), Kiosk.name, Kiosk.id).limit(200)
    )
    return found.all()


async def tablet_of(session: AsyncSession, kiosk_id: UUID) -> Kiosk:
    """One of them. Raises NotFound."""
    found = await session.get(Kiosk, kiosk_id)
    if found is None:
        raise NotFound
    return found


async def _locked(session: AsyncSession, kiosk_id: UUID) -> Kiosk:
    found: Kiosk | None = await session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id).with_for_update())
    if found is None:
        raise NotFound
    return found
