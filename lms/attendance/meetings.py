"""Sessions as whoever teaches them sees them: when, where, how many people, what is still to be marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy, rules
from lms.attendance.guests import guests_come
from lms.attendance.models import Attendance, MakeUp
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.resources.models import Room, Venue
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.queries import teaches
from lms.web.language import current_language, gettext

TAKES_PLACE = and_(
    Session.state == SessionState.PLANNED, Run.state.not_in([RunState.DRAFT, RunState.CANCELLED])
)
"""Sessions that are held: neither they nor their run are cancelled or still a draft."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session. `expected` counts who comes to it, guests included, `marked` those of them that have a mark."""

    session: Session
    run: Run
    course: Course
    room: Room | None
    venue: Venue | None
    expected: int
    marked: int

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def floor(self) -> str:
        """Where in the house the room is, in the reader's language; may be empty."""
        if self.room is None:
            return ""
        return (current_language() == "en" and self.room.floor_en) or self.room.floor_de

    @property
    def where(self) -> str:
        """Where it takes place, in a line: "Raum 2, 1. Etage, Innovationszentrum"."""
        if self.room is not None:
            parts = [self.room.name, self.floor, self.venue.name if self.venue else ""]
            here = ", ".join(part for part in parts if part)
            return gettext("%(place)s, and online", place=here) if self.session.online_url else here
        return gettext("online") if self.session.online_url or self.run.is_online else gettext("no room yet")

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place, alone or with the whole run."""
        return self.session.state == SessionState.CANCELLED or self.run.state == RunState.CANCELLED

    @property
    def is_locked(self) -> bool:
        """Whether its attendance is closed."""
        return self.session.locked_at is not None

    @property
    def lacks(self) -> int:
        """People with a place and without a mark."""
        return max(self.expected - self.marked, 0)

    def is_open(self, now: datetime) -> bool:
        """Whether marks may be made by now."""
        return rules.is_open(self.session.starts_at, now)


_GUESTS = (
    select(func.count())
    .select_from(MakeUp)
    .join(Enrolment, Enrolment.id == MakeUp.enrolment_id)
    .where(MakeUp.session_id == Session.id, guests_come())
    .correlate(Session)
)
_COMING = (
    select(func.count())
    .select_from(Enrolment)
    .where(
        Enrolment.run_id == Session.run_id, Enrolment.state == EnrolmentState.CONFIRMED, comes_to(Session.id)
    )
    .correlate(Session)
    .scalar_subquery()
)
_EXPECTED = _COMING + _GUESTS.scalar_subquery()
_MARKED_OF_RUN = (
    select(func.count())
    .select_from(Attendance)
    .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
    .where(
        Attendance.session_id == Session.id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        comes_to(Session.id),
    )
    .correlate(Session)
    .scalar_subquery()
)
_MARKED = _MARKED_OF_RUN + _GUESTS.where(MakeUp.presence.is_not(None)).scalar_subquery()
INCOMPLETE = _MARKED < _EXPECTED
"""Sessions in which somebody has no mark yet."""


def taught_by(person_id: UUID | None) -> ColumnElement[bool]:
    """Sessions this person teaches: those that name them, and those of their runs that name nobody of their own.

    Nobody teaches none.
    """
    named = exists().where(SessionTrainer.session_id == Session.id)
    of_run = exists().where(RunTrainer.run_id == Session.run_id, RunTrainer.person_id == person_id)
    return or_(named.where(SessionTrainer.person_id == person_id), and_(of_run, not_(named)))


async def meetings(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 100, latest_first: bool = False
) -> Sequence[Meeting]:
    """The sessions that fulfil all conditions, in order of time; one statement."""
    order = Session.starts_at.desc() if latest_first else Session.starts_at
    rows = await session.execute(
        select(Session, Run, Course, Room, Venue, _EXPECTED, _MARKED)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(*conditions)
        .order_by(order, Session.id)
        .limit(limit)
    )
    return [Meeting(*row) for row in rows.all()]


async def meeting_for(session: AsyncSession, actor: Actor, session_id: UUID) -> Meeting:
    """One session, for its trainers and for staff; raises NotFound for everybody else, as if it did not exist (S-03)."""
    found = await meetings(session, Session.id == session_id, Run.state != RunState.DRAFT, limit=1)
    if not found or not policy.may_read(
        actor, teaches=await teaches_session(session, actor.person_id, session_id)
    ):
        raise NotFound
    return found[0]


async def teaches_session(session: AsyncSession, person_id: UUID | None, session_id: UUID) -> bool:
    """Whether this person teaches this very session: who teaches another one of the run does not (F-H01)."""
    wanted = select(Session.id).where(Session.id == session_id, taught_by(person_id))
    return person_id is not None and await session.scalar(wanted) is not None


async def is_teacher(session: AsyncSession, actor: Actor, run_id: UUID) -> bool:
    """Whether the actor's own person teaches this run or one of its sessions; asks nothing for people without person."""
    return actor.person_id is not None and await teaches(session, actor.person_id, run_id=run_id)
