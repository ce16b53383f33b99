"""Marking who was there; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy, rules
from lms.attendance.errors import NothingMarked, NotInThisRun, ReasonNeeded, RegisterLocked, TooEarly
from lms.attendance.events import AttendanceLocked
from lms.attendance.guests import guests_of, unmarked_guest
from lms.attendance.meetings import teaches_session
from lms.attendance.models import Attendance, MakeUp, Presence
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to, coming_alone
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Mark:
    """How one person took part. `minutes_late` counts only for LATE."""

    enrolment_id: UUID
    presence: Presence
    minutes_late: int = 0
    note: str = ""


class Register:
    """What trainers and staff can do about attendance."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def mark(self, actor: Actor, *, session_id: UUID, marks: Sequence[Mark], reason: str = "") -> None:
        """Write these marks; people not named keep theirs. The last word counts, and every change is in the audit trail.

        Raises NotFound for somebody else's session, TooEarly, RegisterLocked for trainers once it is closed, ReasonNeeded
        for staff who correct a closed one, NotInThisRun.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            is_teacher = await teaches_session(session, actor.person_id, session_id)
            if not policy.may_read(actor, teaches=is_teacher):
                raise NotFound
            await run_of(session, meeting.run_id, lock=True)  # marking and locking wait for each other
            await session.refresh(meeting)
            self._ensure_open(actor, meeting, now, is_teacher=is_teacher, reason=reason)
            guests = await guests_of(session, session_id)
            known = await self._places(session, meeting) | {
                key: person for key, (_, person) in guests.items()
            }
            if any(one.enrolment_id not in known for one in marks):
                raise NotInThisRun
            present = await self._present(session, session_id)
            before = {key: _row_facts(row) for key, row in present.items()} | {
                key: _row_facts(row) for key, (row, _) in guests.items() if row.presence is not None
            }
            for one in marks:
                if one.enrolment_id in guests:
                    _mark_guest(guests[one.enrolment_id][0], one, by=actor.account_id, at=now)
                else:
                    was = present.get(one.enrolment_id)
                    await self._write(session, actor, meeting, one, was=was, now=now)
                if before.get(one.enrolment_id) != _facts(one):
                    record(
                        session,
                        actor,
                        "attendance.marked" if meeting.locked_at is None else "attendance.corrected",
                        at=now,
                        kind="session",
                        object_id=session_id,
                        person_id=known[one.enrolment_id],
                        before=before.get(one.enrolment_id, {}),
                        after=_facts(one),
                        reason=reason,
                    )

    @retried
    async def lock(self, actor: Actor, *, run_id: UUID) -> None:
        """Close the register of all sessions of a run that are over. Twice is as good as once.

        Raises NothingMarked when somebody with a place has no mark in one of them.
        """
        ensure(policy.may_lock(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
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
            if await self._is_unmarked(session, [meeting.id for meeting in over], run_id):
                raise NothingMarked
            for meeting in over:
                meeting.locked_at = meeting.locked_at or now
            if run.ends_at is not None and run.ends_at <= now and run.attendance_locked_at is None:
                run.attendance_locked_at = now
                announce(session, AttendanceLocked(run_id=run_id), at=now)
                record(session, actor, "attendance.locked", at=now, kind="run", object_id=run_id)

    @staticmethod
    def _ensure_open(actor: Actor, meeting: Session, now: datetime, *, is_teacher: bool, reason: str) -> None:
        if meeting.state != SessionState.PLANNED:
            raise NotFound
        if not policy.may_mark(actor, teaches=is_teacher, is_locked=meeting.locked_at is not None):
            raise RegisterLocked
        if meeting.locked_at is not None and not reason.strip():
            raise ReasonNeeded
        if not rules.is_open(meeting.starts_at, now):
            raise TooEarly

    @staticmethod
    async def _places(session: AsyncSession, meeting: Session) -> dict[UUID, UUID | None]:
        rows = await session.execute(
            select(Enrolment.id, Enrolment.person_id).where(
                Enrolment.run_id == meeting.run_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                or_(Enrolment.is_drop_in.is_(False), Enrolment.id.in_(coming_alone(meeting.id))),
            )
        )
        return {row[0]: row[1] for row in rows}

    @staticmethod
    async def _present(session: AsyncSession, session_id: UUID) -> Mapping[UUID, Attendance]:
        rows = await session.scalars(select(Attendance).where(Attendance.session_id == session_id))
        return {row.enrolment_id: row for row in rows}

    @staticmethod
    async def _write(
        session: AsyncSession,
        actor: Actor,
        meeting: Session,
        one: Mark,
        *,
        was: Attendance | None,
        now: datetime,
    ) -> None:
        values = {**_facts(one), "presence": one.presence, "marked_at": now, "marked_by": actor.account_id}
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(Attendance)
            .values(id=uuid4(), session_id=meeting.id, enrolment_id=one.enrolment_id, version=1, **values)
            .on_conflict_do_update(
                index_elements=["session_id", "enrolment_id"],
                set_={**values, "version": (was.version if was else 1) + 1},
            )
        )

    @staticmethod
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


def _facts(one: Mark) -> dict[str, Any]:
    late = one.minutes_late if one.presence is Presence.LATE else 0
    return {"presence": one.presence.value, "minutes_late": late, "note": one.note}


def _row_facts(row: Attendance | MakeUp) -> dict[str, Any]:
    presence = row.presence.value if row.presence else None
    return {"presence": presence, "minutes_late": row.minutes_late, "note": row.note}


def _mark_guest(guest: MakeUp, one: Mark, *, by: UUID | None, at: datetime) -> None:
    guest.presence, guest.note, guest.marked_at, guest.marked_by = one.presence, one.note, at, by
    guest.minutes_late = one.minutes_late if one.presence is Presence.LATE else 0
    guest.version += 1
