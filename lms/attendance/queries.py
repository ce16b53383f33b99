"""Reading registers, in a session somebody else opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.days import Day, days_of
from lms.attendance.guests import guests_come
from lms.attendance.models import Attendance, MakeUp, Presence, Units
from lms.attendance.rules import attended_minutes
from lms.attendance.words import details
from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import coming_alone
from lms.people.models import Person
from lms.scheduling.models import Session


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the register of one session; `presence` is None while unmarked."""

    enrolment_id: UUID
    person_id: UUID
    given_name: str
    family_name: str
    presence: Presence | None
    minutes_late: int
    note: str
    marked_at: datetime | None
    is_drop_in: bool = False
    """Comes to single sessions, this one among them."""
    guest_of: str = ""
    """The number of the run from which somebody comes as a guest, to make up a session; empty for everybody else."""
    minutes_early: int = 0
    missed_units: Units = ()
    version: int = 0
    """Which state of the mark this is; 0 while there is no row for it."""

    @property
    def name(self) -> str:
        """As one calls the roll."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def details(self) -> str:
        """What is to be said beside the mark; may be empty."""
        return details(self.minutes_late, self.minutes_early, self.missed_units)


async def register(session: AsyncSession, meeting: Session) -> Sequence[Line]:
    """Everybody who comes to this session and how they took part in it, by family name, guests last; two statements."""
    rows: Iterable[Any] = await session.execute(
        select(
            Enrolment.id,
            Person.id,
            Person.given_name,
            Person.family_name,
            Attendance.presence,
            Attendance.minutes_late,
            Attendance.note,
            Attendance.marked_at,
            Attendance.minutes_early,
            Attendance.missed_units,
            Attendance.version,
            Enrolment.is_drop_in,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(
            Attendance, and_(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == meeting.id)
        )
        .where(
            Enrolment.run_id == meeting.run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            or_(Enrolment.is_drop_in.is_(False), Enrolment.id.in_(coming_alone(meeting.id))),
        )
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    lines = [_line(*row) for row in rows]
    return [*lines, *await _guests(session, meeting.id)]


async def _guests(session: AsyncSession, session_id: UUID) -> Sequence[Line]:
    rows: Iterable[Any] = await session.execute(
        select(
            Enrolment.id,
            Person.id,
            Person.given_name,
            Person.family_name,
            MakeUp.presence,
            MakeUp.minutes_late,
            MakeUp.note,
            MakeUp.marked_at,
            MakeUp.minutes_early,
            MakeUp.missed_units,
            MakeUp.version,
            literal(value=False),
            Run.number,
        )
        .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(MakeUp.session_id == session_id, guests_come())
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    return [_line(*row) for row in rows]


def _line(
    enrolment_id: UUID,
    person_id: UUID,
    given_name: str,
    family_name: str,
    presence: Presence | None,
    minutes_late: int | None,
    note: str | None,
    marked_at: datetime | None,
    minutes_early: int | None,
    missed_units: Units | None,
    version: int | None,
    is_drop_in: bool,  # noqa: FBT001 - a column of the row
    guest_of: str = "",
) -> Line:
    return Line(
        enrolment_id=enrolment_id,
        person_id=person_id,
        given_name=given_name,
        family_name=family_name,
        presence=presence,
        minutes_late=minutes_late or 0,
        note=note or "",
        marked_at=marked_at,
        is_drop_in=is_drop_in,
        guest_of=guest_of,
        minutes_early=minutes_early or 0,
        missed_units=missed_units or (),
        version=version or 0,
    )


@dataclass(frozen=True, slots=True)
class Record:
    """How one enrolment took part in its run so far."""

    attended_minutes: int
    planned_minutes: int
    sessions_attended: int
    sessions_planned: int
    unmarked: int

    @property
    def share(self) -> float:
        """The attended part of the planned minutes, from 0 to 1."""
        return self.attended_minutes / self.planned_minutes if self.planned_minutes else 0.0


async def records(session: AsyncSession, enrolment_ids: Iterable[UUID]) -> Mapping[UUID, Record]:
    """What each of these enrolments attended of its run's sessions, or of the single ones it is for; one statement.

    Cancelled sessions do not count; what was made up in a parallel run does.
    """
    ids = list(enrolment_ids)
    return {key: record_of(days) for key, days in (await days_of(session, Enrolment.id.in_(ids))).items()}


def record_of(days: Sequence[Day]) -> Record:
    """What comes of these days."""
    return Record(
        attended_minutes=attended_minutes(day.taken for day in days),
        planned_minutes=sum(day.minutes for day in days),
        sessions_attended=sum(day.was_there for day in days),
        sessions_planned=len(days),
        unmarked=sum(day.presence is None for day in days),
    )


async def marked(session: AsyncSession, session_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """How many people are marked in each of these sessions; one statement."""
    rows = await session.execute(
        select(Attendance.session_id, func.count())
        .where(Attendance.session_id.in_(list(session_ids)))
        .group_by(Attendance.session_id)
    )
    return {row[0]: row[1] for row in rows}
