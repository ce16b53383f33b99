"""Reading everything the page of a course tells; as many statements for one run as for many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience, Outcome, Run, RunState
from lms.catalogue.rules import HOURS_UNKNOWN, LISTED_STATES, Situation, situation_of
from lms.enrolment.conditions.models import RunCondition
from lms.enrolment.conditions.queries import NOTHING, Asks, conditions_of_runs, prerequisites_of
from lms.enrolment.models import LIVE, Approval, Enrolment, EnrolmentState
from lms.enrolment.pricing.reading import price_lists
from lms.enrolment.pricing.rules import PriceList
from lms.enrolment.rules import refuse_unless_open_for_drop_ins
from lms.kernel.errors import DomainError, NotFound
from lms.people.models import Person
from lms.portal.listing import RunLine, similar_runs
from lms.resources.models import Room, Venue
from lms.resources.queries import opening_hours
from lms.resources.rules import Hours
from lms.scheduling.models import RunTrainer, Session, SessionState

SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session as the public sees it; its online address is only for those who take part."""

    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    room: str
    topic: str
    id: UUID
    drop_ins: int = 0
    has_online_room: bool = False


@dataclass(frozen=True, slots=True)
class CourseRun:
    """A run with all that is told about it."""

    run: Run
    venue: Venue | None
    room: Room | None
    meetings: Sequence[Meeting]
    trainers: Sequence[str]
    hours: Sequence[Hours] = ()
    """When the room, else its venue, is open."""
    prices: PriceList = field(default_factory=lambda: PriceList(base_cents=0))
    asks: Asks = NOTHING
    """The run's conditions; its questions are not read here."""

    @property
    def free(self) -> int:
        """Places that somebody new can have: none while others wait for them."""
        return 0 if self.run.waiting else max(self.run.free, 0)

    @property
    def knows_times(self) -> bool:
        """Whether the hours are known; an imported programme may name days only."""
        return not self.run.dayparts & HOURS_UNKNOWN

    def room_left(self, meeting: Meeting, now: datetime) -> int | None:
        """How many more people a session takes who come to it alone; None where that is not possible (any more)."""
        if meeting.is_cancelled or meeting.starts_at <= now:
            return None
        try:
            refuse_unless_open_for_drop_ins(self.run, now)
        except DomainError:
            return None
        return max(self.run.drop_in_places - meeting.drop_ins, 0)

    def takes_drop_ins(self, now: datetime) -> bool:
        """Whether there are sessions that can be booked by themselves, be they full or not."""
        return any(self.room_left(meeting, now) is not None for meeting in self.meetings)

    def situation(self, now: datetime) -> Situation:
        """What a visitor can do about it."""
        run = self.run
        return situation_of(
            run.state,
            free=self.free,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            opens_at=run.enrolment_opens_at,
            closes_at=run.enrolment_closes_at,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class CourseStory:
    """A course, its runs that are not over, and courses like it."""

    course: Course
    audiences: Sequence[Audience]
    outcomes: Sequence[Outcome]
    runs: Sequence[CourseRun]
    similar: Sequence[RunLine]
    before: Sequence[tuple[Course, bool]] = ()
    """The courses it builds on, each with whether it is needed."""


async def course_story(session: AsyncSession, slug: str, now: datetime) -> CourseStory:
    """Everything about the course with this address. Raises NotFound, also while it has never had a public run."""
    course = await session.scalar(select(Course).where(Course.slug == slug))
    if course is None:
        raise NotFound
    rows = (
        await session.execute(
            select(Run, Venue, Room)
            .outerjoin(Venue, Venue.id == Run.venue_id)
            .outerjoin(Room, Room.id == Run.room_id)
            .where(Run.course_id == course.id, Run.state != RunState.DRAFT, Run.company_id.is_(None))
            .order_by(Run.starts_at, Run.number)
        )
    ).all()
    if not rows:
        raise NotFound
    coming = [
        row for row in rows if row[0].state in LISTED_STATES and row[0].ends_at and row[0].ends_at > now
    ]
    ids = [run.id for run, _, _ in coming]
    meetings, trainers = await _meetings(session, ids), await _trainers(session, ids)
    hours = await opening_hours(
        session,
        room_ids=[run.room_id for run, _, _ in coming if run.room_id],
        venue_ids=[run.venue_id for run, _, _ in coming if run.venue_id],
    )
    prices = await price_lists(session, [run for run, _, _ in coming])
    before = (await prerequisites_of(session, [course.id])).get(course.id, ())
    builds_on = tuple(one for one, is_needed in before if is_needed)
    own = await conditions_of_runs(session, ids)
    conditions = {run_id: Asks(*_own(own.get(run_id)), builds_on) for run_id in ids}
    audiences = await session.scalars(
        select(CourseAudience.audience).where(CourseAudience.course_id == course.id)
    )
    outcomes = await session.scalars(
        select(Outcome).where(Outcome.course_id == course.id).order_by(Outcome.position)
    )
    return CourseStory(
        course=course,
        audiences=sorted(audiences, key=list(Audience).index),
        outcomes=outcomes.all(),
        runs=[
            CourseRun(
                run,
                venue,
                room,
                still_of_interest(run, meetings.get(run.id, ())),
                trainers.get(run.id, ()),
                hours.of(run.room_id, run.venue_id) if run.room_id and run.venue_id else (),
                prices[run.id],
                conditions.get(run.id, NOTHING),
            )
            for run, venue, room in coming
        ],
        similar=await similar_runs(session, course.id, now, limit=SIMILAR),
        before=before,
    )


def _own(
    found: tuple[RunCondition, Course | None] | None,
) -> tuple[RunCondition | None, tuple[()], Course | None]:
    """What a run asks itself, as `Asks` takes it: its questions are not read here."""
    return (found[0], (), found[1]) if found else (None, (), None)


def still_of_interest(run: Run, meetings: Sequence[Meeting]) -> Sequence[Meeting]:
    """All dates of a run; of a club those from the next one on, since nobody joins what is over."""
    if not run.is_open_ended or run.starts_at is None:
        return meetings
    return [one for one in meetings if one.starts_at >= run.starts_at]


async def _meetings(session: AsyncSession, run_ids: Sequence[UUID]) -> Mapping[UUID, list[Meeting]]:
    rows = await session.execute(
        select(
            Session.run_id,
            Session.starts_at,
            Session.ends_at,
            Session.state,
            Room.name,
            Session.topic,
            Session.id,
            Session.drop_ins,
            (Session.online_url != "").label("has_online_room"),
        )
        .outerjoin(Room, Room.id == Session.room_id)
        .where(Session.run_id.in_(run_ids))
        .order_by(Session.starts_at)
    )
    by_run: dict[UUID, list[Meeting]] = {}
    for run_id, starts_at, ends_at, state, room, topic, session_id, drop_ins, is_online in rows:
        is_cancelled = state == SessionState.CANCELLED
        meeting = Meeting(
            starts_at, ends_at, is_cancelled, room or "", topic, session_id, drop_ins, is_online
        )
        by_run.setdefault(run_id, []).append(meeting)
    return by_run


async def _trainers(session: AsyncSession, run_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    rows = await session.execute(
        select(RunTrainer.run_id, Person.given_name, Person.family_name)
        .join(Person, Person.id == RunTrainer.person_id)
        .where(RunTrainer.run_id.in_(run_ids))
        .order_by(RunTrainer.position)
    )
    by_run: dict[UUID, list[str]] = {}
    for run_id, given_name, family_name in rows:
        by_run.setdefault(run_id, []).append(f"{given_name} {family_name}")
    return by_run


async def own_enrolments(
    session: AsyncSession, person_ids: frozenset[UUID], run_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[tuple[str, EnrolmentState, bool, bool]]]:
    """Who of these persons is in these runs, by run: given name, state, whether for single sessions alone, whether the team decides."""
    rows = await session.execute(
        select(Enrolment.run_id, Person.given_name, Enrolment.state, Enrolment.is_drop_in, Enrolment.approval)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id.in_(run_ids), Enrolment.person_id.in_(person_ids), Enrolment.state.in_(LIVE))
        .order_by(Person.given_name)
    )
    by_run: dict[UUID, list[tuple[str, EnrolmentState, bool, bool]]] = {}
    for run_id, name, state, is_drop_in, approval in rows:
        by_run.setdefault(run_id, []).append((name, state, is_drop_in, approval is Approval.ASKED))
    return by_run
