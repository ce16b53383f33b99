"""Writing marks into a register that is open, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy, rules
from lms.attendance.errors import (
    MarkedMeanwhile,
    MoreThanTheSession,
    NotInThisRun,
    ReasonNeeded,
    RegisterLocked,
    TooEarly,
)
from lms.attendance.guests import guests_of
from lms.attendance.meetings import teaches_session
from lms.attendance.models import Attendance, Correction, MakeUp, Presence, Units
from lms.audit.trail import record
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import coming_alone
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of, session_of

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """How one person took part.

    `minutes_late` counts only for LATE, `minutes_early` and `missed_units` only for who was there. `based_on` is the version
    of the mark that somebody saw when they made this one: another one that stands by now is not overwritten. Without it the
    last word counts.
    """

    enrolment_id: UUID
    presence: Presence
    minutes_late: int = 0
    note: str = ""
    minutes_early: int = 0
    missed_units: Units = ()
    based_on: int | None = None

    @property
    def facts(self) -> Facts:
        """What of it is kept."""
        was_there = self.presence in rules.ATTENDED
        return {
            "presence": self.presence.value,
            "minutes_late": self.minutes_late if self.presence is Presence.LATE else 0,
            "minutes_early": self.minutes_early if was_there else 0,
            "missed_units": sorted(set(self.missed_units)) if was_there else [],
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """What the register holds of one person. `facts` is empty while there is no mark; `version` is then 0, or a guest's."""

    person_id: UUID | None
    facts: Facts
    version: int
    guest: MakeUp | None = None

    def contradicts(self, mark: Mark) -> bool:
        """Whether somebody else has marked otherwise since."""
        return mark.based_on not in {None, self.version} and self.facts != mark.facts


async def opened(
    session: AsyncSession, actor: Actor, session_id: UUID, *, now: datetime, reason: str = ""
) -> Session:
    """The session whose register the actor may write in now; marking and locking wait for each other from here on.

    Raises NotFound for somebody else's session or a cancelled one, TooEarly, RegisterLocked for trainers once it is closed,
    ReasonNeeded for staff who correct a closed one.
    """
    meeting = await session_of(session, session_id)
    teaches = await teaches_session(session, actor.person_id, session_id)
    if not policy.may_read(actor, teaches=teaches):
        raise NotFound
    await run_of(session, meeting.run_id, lock=True)
    await session.refresh(meeting)
    if meeting.state != SessionState.PLANNED:
        raise NotFound
    if not policy.may_mark(actor, teaches=teaches, is_locked=meeting.locked_at is not None):
        raise RegisterLocked
    if meeting.locked_at is not None and not reason.strip():
        raise ReasonNeeded
    if not rules.is_open(meeting.starts_at, now):
        raise TooEarly
    return meeting


async def kept_marks(session: AsyncSession, meeting: Session) -> Mapping[UUID, Kept]:
    """Everybody who comes to the session, guests included, with what is marked, by enrolment; three statements."""
    rows = await session.execute(
        select(Enrolment.id, Enrolment.person_id).where(
            Enrolment.run_id == meeting.run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            or_(Enrolment.is_drop_in.is_(False), Enrolment.id.in_(coming_alone(meeting.id))),
        )
    )
    people = {row[0]: row[1] for row in rows}
    marked = {
        row.enrolment_id: row
        for row in await session.scalars(select(Attendance).where(Attendance.session_id == meeting.id))
    }
    known = {
        key: Kept(person, _row_facts(marked.get(key)), marked[key].version if key in marked else 0)
        for key, person in people.items()
    }
    for key, (row, person) in (await guests_of(session, meeting.id)).items():
        known[key] = Kept(person, _row_facts(row), row.version, row)
    return known


async def put(
    session: AsyncSession,
    actor: Actor,
    meeting: Session,
    marks: Sequence[Mark],
    *,
    now: datetime,
    reason: str = "",
    is_correction: bool = False,
) -> None:
    """Write these marks into a register that is `opened`; every change is in the audit trail.

    What changes in a closed register, or because somebody objected (`is_correction`), is kept for the learner as well.
    Raises NotInThisRun, MoreThanTheSession, MarkedMeanwhile; then nothing is written.
    """
    known = await kept_marks(session, meeting)
    for one in marks:
        ensure_whole(meeting, one, known)
        if known[one.enrolment_id].contradicts(one):
            raise MarkedMeanwhile
    for one in marks:
        kept = known[one.enrolment_id]
        if kept.facts != one.facts:
            await _write(session, actor, meeting, one, kept, now)
            _note(session, actor, meeting, one, kept, now, reason)
            if is_correction or meeting.locked_at is not None:
                _tell(session, actor, meeting, one, kept, now, reason)


def ensure_whole(meeting: Session, mark: Mark, known: Mapping[UUID, Kept]) -> None:
    """Raises NotInThisRun, or MoreThanTheSession where late, early and missed units leave nothing of the session."""
    if mark.enrolment_id not in known:
        raise NotInThisRun
    facts = mark.facts
    numbers = facts["minutes_late"], facts["minutes_early"], facts["missed_units"]
    # nothing said but that they came later: how much is left was never asked
    if numbers[1:] != (0, []) and not rules.whole_marking(meeting.minutes, *numbers):
        raise MoreThanTheSession


def _row_facts(row: Attendance | MakeUp | None) -> Facts:
    if row is None or row.presence is None:
        return {}
    return {
        "presence": row.presence.value,
        "minutes_late": row.minutes_late,
        "minutes_early": row.minutes_early,
        "missed_units": list(row.missed_units),
        "note": row.note,
    }


async def _write(
    session: AsyncSession, actor: Actor, meeting: Session, one: Mark, kept: Kept, now: datetime
) -> None:
    facts = one.facts
    values = {
        **facts,
        "presence": one.presence,
        "missed_units": tuple(facts["missed_units"]),
        "marked_at": now,
        "marked_by": actor.account_id,
        "version": kept.version + 1,
    }
    if kept.guest is not None:
        for name, value in values.items():
            setattr(kept.guest, name, value)
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.execute(
        insert(Attendance)
        .values(id=uuid4(), session_id=meeting.id, enrolment_id=one.enrolment_id, **values)
        .on_conflict_do_update(index_elements=["session_id", "enrolment_id"], set_=values)
    )


def _note(
    session: AsyncSession, actor: Actor, meeting: Session, one: Mark, kept: Kept, now: datetime, reason: str
) -> None:
    record(
        session,
        actor,
        "attendance.marked" if meeting.locked_at is None else "attendance.corrected",
        at=now,
        kind="session",
        object_id=meeting.id,
        person_id=kept.person_id,
        before=kept.facts,
        after=one.facts,
        reason=reason,
    )


def _tell(
    session: AsyncSession, actor: Actor, meeting: Session, one: Mark, kept: Kept, now: datetime, reason: str
) -> None:
    """Keep what changed where the learner reads it: the mark, not what somebody noted beside it."""
    before, after = (
        {name: value for name, value in facts.items() if name != "note"} for facts in (kept.facts, one.facts)
    )
    if before != after:
        session.add(
            Correction(
                session_id=meeting.id,
                enrolment_id=one.enrolment_id,
                corrected_at=now,
                corrected_by=actor.account_id,
                before=before,
                after=after,
                reason=reason,
            )
        )
