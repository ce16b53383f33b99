"""How a draft will stand in the programme, for those who proof-read it and those who say whether they teach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import Preparation, RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.queries import trainers_of
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Meeting:
    """One date, where it is, and whether the reader teaches it."""

    session: Session
    room: str
    venue: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A run with everything that its page will say."""

    run: Run
    course: Course
    venue: Venue | None
    meetings: Sequence[Meeting]
    trainers: Sequence[Person]
    preparation: Preparation | None
    named: RunTrainer | None = None

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def mine(self) -> Sequence[Meeting]:
        """The dates that the reader teaches."""
        return [meeting for meeting in self.meetings if meeting.is_mine]


async def read_draft(session: AsyncSession, run_id: UUID, person_id: UUID | None = None) -> Draft:
    """A run, as this person reads it; five statements. Raises NotFound, also for a person who is not named for it."""
    row = (
        await session.execute(
            select(Run, Course, Venue)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Venue, Venue.id == Run.venue_id)
            .where(Run.id == run_id)
        )
    ).one_or_none()
    named = await session.get(RunTrainer, (run_id, person_id)) if person_id else None
    if row is None or (person_id is not None and named is None):
        raise NotFound
    meetings = await session.execute(
        select(Session, Room.name, Venue.name, SessionTrainer.person_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .outerjoin(
            SessionTrainer,
            (SessionTrainer.session_id == Session.id) & (SessionTrainer.person_id == person_id),
        )
        .where(Session.run_id == run_id, Session.state == SessionState.PLANNED)
        .order_by(Session.starts_at)
    )
    return Draft(
        run=row.Run,
        course=row.Course,
        venue=row.Venue,
        meetings=[
            Meeting(meeting, room or "", venue or "", teacher is not None)
            for meeting, room, venue, teacher in meetings
        ],
        trainers=(await trainers_of(session, [run_id])).get(run_id, ()),
        preparation=await session.get(Preparation, run_id),
        named=named,
    )
