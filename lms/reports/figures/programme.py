"""What was taught: runs, sessions and hours, in a session of the database that somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, CourseAudience, CourseTopic, Run, RunState, Topic
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span, held, session_minutes
from lms.reports.funding.queries import line_of, linked
from lms.resources.models import Room
from lms.scheduling.models import RunTrainer, Session, SessionState


@dataclass(frozen=True, slots=True)
class Hours:
    """The sessions of one run that were held for one line at one venue."""

    run_id: UUID
    line_id: UUID
    venue_id: UUID | None
    sessions: int
    minutes: int
    unlocked: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What a course is, for figures: one area, so that areas add up, and all its audiences together."""

    course_id: UUID
    title: str
    topic: str
    topic_name: str
    audience: str


@dataclass(frozen=True, slots=True)
class Taught:
    """One run with at least one session held in these days."""

    id: UUID
    number: str
    kind: Kind
    capacity: int
    starts_at: datetime | None


def counted(span: Span, now: datetime, selection: Selection) -> ColumnElement[bool]:
    """The sessions that count, in a statement that was `linked` and knows Run and Room."""
    wanted = held(span, now) & (Run.state != RunState.DRAFT)
    if selection.line_id is not None:
        wanted &= line_of() == selection.line_id
    if selection.venue_id is not None:
        wanted &= func.coalesce(Room.venue_id, Run.venue_id) == selection.venue_id
    if selection.trainer_id is not None:
        wanted &= Run.id.in_(select(RunTrainer.run_id).where(RunTrainer.person_id == selection.trainer_id))
    if selection.course_id is not None:
        wanted &= Run.course_id == selection.course_id
    return wanted


def run_ids(span: Span, now: datetime, selection: Selection) -> Select[UUID]:
    """The runs with at least one session that counts."""
    return (
        linked(select(Session.run_id).join(Run, Run.id == Session.run_id))
        .outerjoin(Room, Room.id == Session.room_id)
        .where(counted(span, now, selection))
    )


async def hours(session: AsyncSession, span: Span, now: datetime, selection: Selection) -> Sequence[Hours]:
    """Grouped by run, line and venue; one statement."""
    line, venue = line_of(), func.coalesce(Room.venue_id, Run.venue_id)
    rows = await session.execute(
        linked(
            select(
                Session.run_id, line, venue, func.count(), func.sum(session_minutes()),
                func.sum(case((Session.locked_at.is_(None), 1), else_=0)),
            )
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
        )
        .outerjoin(Room, Room.id == Session.room_id)
        .where(counted(span, now, selection))
        .group_by(Session.run_id, line, venue)
    )  # fmt: skip
    return [
        Hours(run, of, at, sessions, int(minutes), int(open_))
        for run, of, at, sessions, minutes, open_ in rows
    ]


async def kinds(session: AsyncSession) -> Mapping[UUID, Kind]:
    """Every course; three statements. Of several topics the first by its German name is the area it is counted in."""
    topics: dict[UUID, tuple[str, str]] = {}
    of_courses = await session.execute(
        select(CourseTopic.course_id, Topic.slug, Topic.name_de)
        .join(Topic, Topic.id == CourseTopic.topic_id)
        .order_by(Topic.name_de, Topic.id)
    )
    for course_id, slug, name in of_courses:
        topics.setdefault(course_id, (slug, name))
    audiences: dict[UUID, list[str]] = defaultdict(list)
    for course_id, audience in await session.execute(
        select(CourseAudience.course_id, CourseAudience.audience)
    ):
        audiences[course_id].append(audience.value)
    courses = await session.execute(select(Course.id, Course.title_de))
    return {
        course_id: Kind(
            course_id, title, *topics.get(course_id, ("", "")), "+".join(sorted(audiences.get(course_id, ())))
        )
        for course_id, title in courses
    }


def is_wanted(kind: Kind, selection: Selection) -> bool:
    """Whether a course of this kind is counted."""
    return (
        (selection.topic is None or kind.topic == selection.topic)
        and (selection.audience is None or selection.audience in kind.audience.split("+"))
        and (selection.course_id is None or kind.course_id == selection.course_id)
    )


async def taught(
    session: AsyncSession, span: Span, now: datetime, selection: Selection, known: Mapping[UUID, Kind]
) -> Mapping[UUID, Taught]:
    """The runs that count, by id in order of their numbers; one statement."""
    rows = await session.execute(
        select(Run.id, Run.number, Run.course_id, Run.capacity, Run.starts_at)
        .where(Run.id.in_(run_ids(span, now, selection)))
        .order_by(Run.number)
    )
    return {
        run_id: Taught(run_id, number, known[course_id], capacity, starts_at)
        for run_id, number, course_id, capacity, starts_at in rows
        if is_wanted(known[course_id], selection)
    }


async def cancelled_sessions(session: AsyncSession, span: Span, runs: Collection[UUID]) -> int:
    """Sessions of these days that did not take place, of runs that count; one statement."""
    rows = await session.execute(
        select(Session.run_id, func.count())
        .where(span.holds(), Session.state == SessionState.CANCELLED)
        .group_by(Session.run_id)
    )
    return sum(count for run_id, count in rows if run_id in runs)
