"""Reading registers, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Attendance, Presence
from lms.attendance.rules import Taken, attended_minutes
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to, coming_alone
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState


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

    @property
    def name(self) -> str:
        """As one calls the roll."""
        return f"{self.given_name} {self.family_name}".strip()


async def register(session: AsyncSession, meeting: Session) -> Sequence[Line]:
    """Everybody who comes to this session and how they took part in this session, by family name; one statement."""
    rows = await session.execute(
        select(
            Enrolment.id,
            Person.id,
            Person.given_name,
            Person.family_name,
            Attendance.presence,
            Attendance.minutes_late,
            Attendance.note,
            Attendance.marked_at,
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
    return [
        Line(
            enrolment_id=enrolment_id,
            person_id=person_id,
            given_name=given,
            family_name=family,
            presence=presence,
            minutes_late=late or 0,
            note=note or "",
            marked_at=marked_at,
            is_drop_in=is_drop_in,
        )
        for enrolment_id, person_id, given, family, presence, late, note, marked_at, is_drop_in in rows.all()
    ]


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

    Cancelled sessions do not count.
    """
    rows = await session.execute(
        select(Enrolment.id, Session.starts_at, Session.ends_at, Attendance.presence, Attendance.minutes_late)
        .join(Session, and_(Session.run_id == Enrolment.run_id, Session.state == SessionState.PLANNED))
        .outerjoin(
            Attendance, and_(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == Session.id)
        )
        .where(Enrolment.id.in_(list(enrolment_ids)), comes_to(Session.id))
    )
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    for enrolment_id, starts_at, ends_at, presence, late in rows.all():
        minutes = int((ends_at - starts_at).total_seconds() // 60)
        taken[enrolment_id].append(Taken(minutes=minutes, presence=presence, minutes_late=late or 0))
    return {
        enrolment_id: Record(
            attended_minutes=attended_minutes(sessions),
            planned_minutes=sum(one.minutes for one in sessions),
            sessions_attended=sum(one.presence in {Presence.PRESENT, Presence.LATE} for one in sessions),
            sessions_planned=len(sessions),
            unmarked=sum(one.presence is None for one in sessions),
        )
        for enrolment_id, sessions in taken.items()
    }


async def marked(session: AsyncSession, session_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """How many people are marked in each of these sessions; one statement."""
    rows = await session.execute(
        select(Attendance.session_id, func.count())
        .where(Attendance.session_id.in_(list(session_ids)))
        .group_by(Attendance.session_id)
    )
    return {row[0]: row[1] for row in rows}
