"""Reading courses as they are edited, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Outcome, Topic
from lms.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class WholeCourse:
    """A course with what belongs to it."""

    course: Course
    audiences: Sequence[Audience]
    topics: Sequence[Topic]
    outcomes: Sequence[Outcome]


async def whole_course(session: AsyncSession, course_id: UUID) -> WholeCourse:
    """One course with audiences, topics and outcomes; four statements. Raises NotFound."""
    course = await session.get(Course, course_id)
    if course is None:
        raise NotFound
    audiences = await session.scalars(
        select(CourseAudience.audience)
        .where(CourseAudience.course_id == course_id)
        .order_by(CourseAudience.audience)
    )
    topics = await session.scalars(
        select(Topic)
        .join(CourseTopic, CourseTopic.topic_id == Topic.id)
        .where(CourseTopic.course_id == course_id)
        .order_by(Topic.name_de)
    )
    outcomes = await session.scalars(
        select(Outcome).where(Outcome.course_id == course_id).order_by(Outcome.position)
    )
    return WholeCourse(course, audiences.all(), topics.all(), outcomes.all())


async def topics(session: AsyncSession) -> Sequence[Topic]:
    """Every topic, by its German name."""
    return (await session.scalars(select(Topic).order_by(Topic.name_de))).all()
