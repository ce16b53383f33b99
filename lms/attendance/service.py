"""Marking who was there, and closing registers; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy
from lms.attendance.errors import MoreThanTheSession, NothingMarked, NotInThisRun, TooEarly
from lms.attendance.events import AttendanceLocked
from lms.attendance.guests import unmarked_guest
from lms.attendance.marking import Facts, Kept, Mark, ensure_whole, kept_marks, opened, put
from lms.attendance.meetings import INCOMPLETE
from lms.attendance.models import Attendance, SentMark
from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of
from lms.web.module import Around

__all__ = ["Entry", "HandedIn", "Mark", "Outcome", "Register"]

LOCKED_AT_ONCE = 200
REMEMBERED = timedelta(days=60)
"""How long we know which entries of a device have arrived: longer than a device keeps them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark that was made on a device, maybe without network. The id is the device's: sent again it changes nothing."""

    id: UUID
    mark: Mark
    follows: tuple[UUID, ...] = ()
    """Entries about the same person that this one has replaced on the device, where they may have arrived all the same."""


class Outcome(StrEnum):
    """What became of an entry."""

    SAVED = "saved"
    CONFLICT = "conflict"
    """Somebody else has marked otherwise meanwhile: nothing was written, whoever sent it decides."""
    REFUSED = "refused"
    """It does not fit the session, or the person has no place in it (any more)."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One entry and what became of it, with what the register holds now (nothing for somebody unknown)."""

    id: UUID
    outcome: Outcome
    facts: Facts
    version: int


class Register:
    """What trainers and staff can do about attendance."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.lock_days = around.settings.attendance_lock_days

    @retried
    async def mark(self, actor: Actor, *, session_id: UUID, marks: Sequence[Mark], reason: str = "") -> None:
        """Write these marks; people not named keep theirs. Every change is in the audit trail.

        The last word counts, but for marks that say what they are based on. Raises NotFound for somebody else's session,
        TooEarly, RegisterLocked for trainers once it is closed, ReasonNeeded for staff who correct a closed one,
        NotInThisRun, MoreThanTheSession, MarkedMeanwhile.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await opened(session, actor, session_id, now=now, reason=reason)
            await put(session, actor, meeting, marks, now=now, reason=reason)

    @retried
    async def hand_in(
        self, actor: Actor, *, session_id: UUID, entries: Sequence[Entry]
    ) -> Sequence[HandedIn]:
        """Take what a device has kept for one session, person by person: what contradicts a newer mark is left out.

        Entries that have arrived before count as saved. Raises NotFound, TooEarly, RegisterLocked, ReasonNeeded.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await opened(session, actor, session_id, now=now)
            ids = [key for one in entries for key in (one.id, *one.follows)]
            rows = await session.execute(select(SentMark.id, SentMark.version).where(SentMark.id.in_(ids)))
            arrived = {row[0]: row[1] for row in rows}
            known = await kept_marks(session, meeting)
            done = {one.id: (Outcome.SAVED, one.mark.enrolment_id) for one in entries}
            new = {one.id: _following(one, arrived) for one in entries if one.id not in arrived}
            for key, mark in list(new.items()):
                outcome = _outcome(meeting, mark, known)
                done[key] = (outcome, mark.enrolment_id)
                if outcome is not Outcome.SAVED:
                    del new[key]
            await put(session, actor, meeting, list(new.values()), now=now)
            await session.flush()
            stands = await kept_marks(session, meeting)
            for key, mark in new.items():
                made = stands[mark.enrolment_id].version
                session.add(SentMark(id=key, session_id=session_id, arrived_at=now, version=made))
        return [
            HandedIn(key, outcome, stands[whose].facts, stands[whose].version)
            if whose in stands
            else HandedIn(key, outcome, {}, 0)
            for key, (outcome, whose) in done.items()
        ]

    @retried
    async def lock(self, actor: Actor, *, run_id: UUID) -> None:
        """Close the register of all sessions of a run that are over. Twice is as good as once.

        Raises NothingMarked when somebody with a place has no mark in one of them.
        """
        ensure(policy.may_lock(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            over = (
                await session.scalars(
                    select(Session).where(
                        Session.run_id == run_id,
                        Session.state == SessionState.PLANNED,
                        Session.ends_at <= now,
                    )
                )
            ).all()
            if not over:
                raise TooEarly
            if await _is_unmarked(session, [meeting.id for meeting in over], run_id):
                raise NothingMarked
            for meeting in over:
                meeting.locked_at = meeting.locked_at or now
            await _close_run(session, actor, run_id, now)

    async def lock_due(self) -> int:
        """Close every whole register whose days have passed (F-H08); says how many. What misses marks stays open."""
        due = self._due(self.clock())
        async with self.begin.reading() as session:
            runs = await session.scalars(
                select(Session.run_id).join(Run, Run.id == Session.run_id).where(due).distinct()
                .limit(LOCKED_AT_ONCE)
            )  # fmt: skip
            run_ids = runs.all()
        return sum([await self._lock_due_of(run_id) for run_id in run_ids])

    @retried
    async def _lock_due_of(self, run_id: UUID) -> int:
        now = self.clock()
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            found = await session.scalars(
                select(Session).join(Run, Run.id == Session.run_id)
                .where(Session.run_id == run_id, self._due(now))
            )  # fmt: skip
            closed = found.all()
            for meeting in closed:
                meeting.locked_at = now
                record(session, SYSTEM, "attendance.locked", at=now, kind="session", object_id=meeting.id)
            await session.flush()
            await _close_run(session, SYSTEM, run_id, now)
        return len(closed)

    def _due(self, now: datetime) -> ColumnElement[bool]:
        return and_(
            Session.state == SessionState.PLANNED,
            Session.locked_at.is_(None),
            Session.ends_at <= now - timedelta(days=self.lock_days),
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)),
            ~INCOMPLETE,
        )

    async def forget_arrived(self) -> None:
        """Forget which entries of devices have arrived, once no device can send them again."""
        async with self.begin() as session:
            await session.execute(delete(SentMark).where(SentMark.arrived_at < self.clock() - REMEMBERED))


def _following(entry: Entry, arrived: Mapping[UUID, int]) -> Mark:
    """The mark, based on what the same device wrote last, where an entry that it replaced has arrived."""
    former = [arrived[key] for key in entry.follows if key in arrived]
    return replace(entry.mark, based_on=max(former)) if former else entry.mark


def _outcome(meeting: Session, mark: Mark, known: Mapping[UUID, Kept]) -> Outcome:
    try:
        ensure_whole(meeting, mark, known)
    except (NotInThisRun, MoreThanTheSession):
        return Outcome.REFUSED
    return Outcome.CONFLICT if known[mark.enrolment_id].contradicts(mark) else Outcome.SAVED


async def _close_run(session: AsyncSession, actor: Actor, run_id: UUID, now: datetime) -> None:
    """Say of a run that is over that its attendance is closed, when no register of it is open any more."""
    run = await session.get_one(Run, run_id)
    if run.ends_at is None or run.ends_at > now or run.attendance_locked_at is not None:
        return
    still_open = exists().where(
        Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.locked_at.is_(None)
    )
    if not await session.scalar(select(still_open)):
        run.attendance_locked_at = now
        announce(session, AttendanceLocked(run_id=run_id), at=now)
        record(session, actor, "attendance.locked", at=now, kind="run", object_id=run_id)


async def _is_unmarked(session: AsyncSession, session_ids: Sequence[UUID], run_id: UUID) -> bool:
    marked = (
        select(Attendance.id)
        .where(Attendance.session_id == Session.id, Attendance.enrolment_id == Enrolment.id)
        .correlate(Session, Enrolment)
    )
    missing = await session.scalar(
        select(Enrolment.id)
        .join(Session, Session.run_id == Enrolment.run_id)
        .where(
            Enrolment.run_id == run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Session.id.in_(session_ids),
            comes_to(Session.id),
            ~marked.exists(),
        )
        .limit(1)
    )
    return missing is not None or await unmarked_guest(session, session_ids)
