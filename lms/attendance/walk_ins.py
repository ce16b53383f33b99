"""People who stand in the door and are not on the list: a trainer writes down who they are, the team does the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy
from lms.attendance.errors import AlreadySettled, NotInThisRun, WalkInUnnamed
from lms.attendance.marking import Mark, kept_marks, opened, put
from lms.attendance.models import Presence, WalkIn, WalkInState
from lms.audit.trail import record
from lms.catalogue.models import Course, Run
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around
from lms.web.sent import line_in

LONGEST_NAME = 120
LONGEST_PHONE = 40
LONGEST_REASON = 500
KEPT = timedelta(days=90)
"""How long we know of somebody whose matter is settled."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who came along, with the session they came to."""

    walk_in: WalkIn
    meeting: Session
    run: Run
    course: Course


class WalkIns:
    """Writing down and settling; nobody gets a place by it, and nobody is looked up."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def write_down(
        self, actor: Actor, *, session_id: UUID, walk_in_id: UUID, name: str, phone: str = ""
    ) -> None:
        """Keep who stood in the door. The id is the form's: sent twice is once.

        Raises WalkInUnnamed, NotFound for somebody else's session, TooEarly, RegisterLocked.
        """
        called, number = line_in(name, LONGEST_NAME), line_in(phone, LONGEST_PHONE)
        if not called:
            raise WalkInUnnamed
        now = self.clock()
        async with self.begin() as session:
            await opened(session, actor, session_id, now=now, reason=called)
            there = await session.get(WalkIn, walk_in_id)
            if there is not None:
                if there.session_id != session_id:
                    raise NotFound
                return
            session.add(
                WalkIn(
                    id=walk_in_id,
                    session_id=session_id,
                    name=called,
                    phone=number,
                    recorded_at=now,
                    recorded_by=actor.account_id,
                )
            )
            record(session, actor, "walk_in.written_down", at=now, kind="walk_in", object_id=walk_in_id)

    @retried
    async def take_back(self, actor: Actor, *, session_id: UUID, walk_in_id: UUID) -> None:
        """It was a mistake: forget them at once. Raises AlreadySettled when the team has looked at it; twice is as good as once."""
        now = self.clock()
        async with self.begin() as session:
            await opened(session, actor, session_id, now=now, reason="-")
            there = await session.get(WalkIn, walk_in_id)
            if there is None:
                return
            if there.session_id != session_id:
                raise NotFound
            if there.state is not WalkInState.OPEN:
                raise AlreadySettled
            await session.delete(there)
            record(session, actor, "walk_in.taken_back", at=now, kind="walk_in", object_id=walk_in_id)

    @retried
    async def set_aside(self, actor: Actor, *, walk_in_id: UUID, reason: str) -> None:
        """They get no place. Raises AlreadySettled when they have one."""
        ensure(policy.may_settle(actor), actor)
        async with self.begin() as session:
            there = await _locked(session, walk_in_id)
            if there.state is WalkInState.ENROLLED:
                raise AlreadySettled
            if there.state is WalkInState.OPEN:
                there.reason = reason.strip()[:LONGEST_REASON]
                self._settle(session, actor, there, WalkInState.SET_ASIDE)

    @retried
    async def enrolled(self, actor: Actor, *, walk_in_id: UUID, enrolment_id: UUID) -> None:
        """They have this place now; whoever has no mark yet is marked as having been there, for so the trainer wrote.

        Raises AlreadySettled, NotInThisRun where the place is not one of those expected in the session.
        """
        ensure(policy.may_settle(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            there = await _locked(session, walk_in_id)
            if there.state is not WalkInState.OPEN:
                if there.enrolment_id == enrolment_id:
                    return
                raise AlreadySettled
            meeting = await session_of(session, there.session_id)
            kept = (await kept_marks(session, meeting)).get(enrolment_id)
            if kept is None:
                raise NotInThisRun
            if not kept.facts:
                mark = Mark(enrolment_id, Presence.PRESENT)
                await put(session, actor, meeting, [mark], now=now, reason="")
            there.enrolment_id = enrolment_id
            self._settle(session, actor, there, WalkInState.ENROLLED)

    def _settle(self, session: AsyncSession, actor: Actor, there: WalkIn, state: WalkInState) -> None:
        there.state, there.settled_at, there.settled_by = state, self.clock(), actor.account_id
        record(
            session, actor, "walk_in.settled", at=self.clock(), kind="walk_in", object_id=there.id,
            after={"state": state.value}, reason=there.reason,
        )  # fmt: skip

    async def forget(self) -> None:
        """Delete whose matter has been settled for long."""
        settled = WalkIn.settled_at < self.clock() - KEPT
        async with self.begin() as session:
            await session.execute(delete(WalkIn).where(WalkIn.state != WalkInState.OPEN, settled))


async def _locked(session: AsyncSession, walk_in_id: UUID) -> WalkIn:
    found = await session.get(WalkIn, walk_in_id)
    if found is None:
        raise NotFound
    meeting = await session_of(session, found.session_id)
    await run_of(session, meeting.run_id, lock=True)
    await session.refresh(found)
    return found


async def walk_ins_of(session: AsyncSession, session_id: UUID) -> Sequence[WalkIn]:
    """Who stood in the door of a session, in order of time; one statement."""
    found = await session.scalars(
        select(WalkIn).where(WalkIn.session_id == session_id).order_by(WalkIn.recorded_at, WalkIn.id)
    )
    return found.all()


async def callers(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 200
) -> Sequence[Caller]:
    """Those who came along and fulfil all conditions, longest waiting first; one statement."""
    rows = await session.execute(
        select(WalkIn, Session, Run, Course)
        .join(Session, Session.id == WalkIn.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(*conditions)
        .order_by(WalkIn.recorded_at, WalkIn.id)
        .limit(limit)
    )
    return [Caller(*row) for row in rows.all()]
