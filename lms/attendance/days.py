"""Session by session: how somebody took part in a run, and what they made up elsewhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.models import Attendance, MakeUp, Presence, Units
from lms.attendance.rules import Taken, counts_elsewhere, minutes_counted
from lms.attendance.words import details
from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.enrolment.queries import comes_to
from lms.scheduling.models import Session, SessionState


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The session of a parallel run in which a missed one is made up. It may be cancelled: then it counts nothing."""

    make_up_id: UUID
    session_id: UUID
    run_number: str
    starts_at: datetime
    ends_at: datetime
    presence: Presence | None
    minutes_late: int
    is_cancelled: bool
    minutes_early: int = 0
    missed_units: Units = ()

    @property
    def details(self) -> str:
        """What is to be said beside the mark; may be empty."""
        return details(self.minutes_late, self.minutes_early, self.missed_units)

    @property
    def taken(self) -> Taken:
        """How it is counted."""
        minutes = _minutes(self.starts_at, self.ends_at)
        presence = None if self.is_cancelled else self.presence
        return Taken(
            minutes,
            presence,
            self.minutes_late,
            minutes_early=self.minutes_early,
            missed_units=self.missed_units,
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One session of somebody's run that takes place; `presence` is None while unmarked."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    presence: Presence | None
    minutes_late: int = 0
    made_up: Elsewhere | None = None
    minutes_early: int = 0
    missed_units: Units = ()

    @property
    def details(self) -> str:
        """What is to be said beside the mark; may be empty."""
        return details(self.minutes_late, self.minutes_early, self.missed_units)

    @property
    def minutes(self) -> int:
        """How long the session lasts."""
        return _minutes(self.starts_at, self.ends_at)

    @property
    def taken(self) -> Taken:
        """How it is counted."""
        made_up = self.made_up.taken if self.made_up else None
        return Taken(
            self.minutes, self.presence, self.minutes_late, made_up, self.minutes_early, self.missed_units
        )

    @property
    def counted_minutes(self) -> int:
        """What it counts, in minutes."""
        return minutes_counted(self.taken)

    @property
    def was_there(self) -> bool:
        """Whether it counts at all, here or made up elsewhere."""
        return self.counted_minutes > 0

    @property
    def attended_at(self) -> datetime | None:
        """When somebody was there: at the session itself, or at the one in which it was made up; None if not at all."""
        if not self.was_there:
            return None
        return self.made_up.starts_at if self.made_up and counts_elsewhere(self.taken) else self.starts_at

    @property
    def attended_session(self) -> UUID | None:
        """The session at which somebody was there: this one, or the one in which it was made up; None if not at all."""
        if not self.was_there:
            return None
        return self.made_up.session_id if self.made_up and counts_elsewhere(self.taken) else self.session_id

    @property
    def awaits_make_up(self) -> bool:
        """Whether somebody who missed it is still expected to make it up, or was not marked there yet."""
        elsewhere = self.made_up
        waits = elsewhere is not None and elsewhere.presence is None and not elsewhere.is_cancelled
        return waits and not self.was_there


async def days_of(session: AsyncSession, *conditions: ColumnElement[bool]) -> Mapping[UUID, Sequence[Day]]:
    """The sessions of the enrolments that fulfil all conditions, in order of time, by enrolment; one statement.

    Of somebody who comes to single sessions only these. Cancelled sessions are left out.
    """
    there, run = aliased(Session), aliased(Run)
    rows = await session.execute(
        select(
            Enrolment.id,
            Session.id,
            Session.starts_at,
            Session.ends_at,
            Attendance.presence,
            Attendance.minutes_late,
            Attendance.minutes_early,
            Attendance.missed_units,
            MakeUp.id,
            there.id,
            run.number,
            there.starts_at,
            there.ends_at,
            MakeUp.presence,
            MakeUp.minutes_late,
            there.state,
            MakeUp.minutes_early,
            MakeUp.missed_units,
        )
        .join(Session, and_(Session.run_id == Enrolment.run_id, Session.state == SessionState.PLANNED))
        .outerjoin(
            Attendance, and_(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == Session.id)
        )
        .outerjoin(
            MakeUp,
            and_(
                MakeUp.enrolment_id == Enrolment.id,
                MakeUp.missed_session_id == Session.id,
                MakeUp.withdrawn_at.is_(None),
            ),
        )
        .outerjoin(there, there.id == MakeUp.session_id)
        .outerjoin(run, run.id == there.run_id)
        .where(*conditions, comes_to(Session.id))
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[UUID, list[Day]] = defaultdict(list)
    for enrolment_id, session_id, starts_at, ends_at, presence, late, early, units, *other in rows.all():
        elsewhere = _elsewhere(*other)
        found[enrolment_id].append(
            Day(session_id, starts_at, ends_at, presence, late or 0, elsewhere, early or 0, units or ())
        )
    return found


def _elsewhere(
    make_up_id: UUID | None,
    session_id: UUID,
    run_number: str,
    starts_at: datetime,
    ends_at: datetime,
    presence: Presence | None,
    minutes_late: int | None,
    state: SessionState,
    minutes_early: int | None,
    missed_units: Units | None,
) -> Elsewhere | None:
    if make_up_id is None:
        return None
    is_cancelled = state is SessionState.CANCELLED
    return Elsewhere(
        make_up_id,
        session_id,
        run_number,
        starts_at,
        ends_at,
        presence,
        minutes_late or 0,
        is_cancelled,
        minutes_early or 0,
        missed_units or (),
    )


def _minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds() // 60)
