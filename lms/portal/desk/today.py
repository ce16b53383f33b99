"""What takes place today, room by room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.clock import at_venue
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import teachers_of


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session of today as the desk shows it."""

    session_id: UUID
    run_id: UUID
    number: str
    title_de: str
    title_en: str
    starts_at: datetime
    ends_at: datetime
    room: str
    venue: str
    trainers: str
    people: int


async def meetings_on(session: AsyncSession, day: date) -> Sequence[Meeting]:
    """Every session of a day that takes place, ordered by venue, room and time; three statements."""
    rows = (
        await session.execute(
            select(Session, Run, Course, Room.name, Venue.name)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Room, Room.id == Session.room_id)
            .outerjoin(Venue, Venue.id == Room.venue_id)
            .where(
                Session.starts_at >= at_venue(day, time()),
                Session.starts_at < at_venue(day + timedelta(days=1), time()),
                Session.state == SessionState.PLANNED,
                Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]),
            )
            .order_by(Venue.name, Room.name, Session.starts_at)
        )
    ).all()
    named = await teachers_of(session, [meeting for meeting, *_ in rows])
    return [
        Meeting(
            session_id=meeting.id,
            run_id=run.id,
            number=run.number,
            title_de=course.title_de,
            title_en=course.title_en,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            room=room or "",
            venue=venue or "",
            trainers=", ".join(person.name for person in named[meeting.id]),
            people=run.occupied,
        )
        for meeting, run, course, room, venue in rows
    ]
