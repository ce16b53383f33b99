"""Reading packages and what they have reported, in a session somebody else opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.db import lessons_kept_days
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy, rules
from lms.learning.models import Chapter, Lesson, LessonKind, Outline, Package
from lms.learning.queries import teaches_course
from lms.players.models import PackageState

PACKAGE_LESSONS = frozenset({LessonKind.PACKAGE})


async def package_in(session: AsyncSession, body: Mapping[str, Any]) -> Package | None:
    """The package that a lesson names, None while it names none.

    It may have come with another course: a copy of a lesson plays the same package. Nobody types what a lesson names.
    """
    try:
        package_id = UUID(str(body.get("package_id")))
    except ValueError:
        return None
    return await session.get(Package, package_id)


async def place_is_open(session: AsyncSession, holder_id: UUID, now: datetime) -> bool:
    """Whether the holder of a ticket is no learner who has lost their place since, or whose lessons have closed (S-04).

    A ticket knows no account: who looks after a learner is asked anew by our own page. One statement.
    """
    row = (
        await session.execute(
            select(Enrolment.state, Run.ends_at)
            .join(Run, Run.id == Enrolment.run_id)
            .where(Enrolment.id == holder_id)
        )
    ).one_or_none()
    if row is None:
        return True
    until = rules.readable_until(row.ends_at, lessons_kept_days(session))
    return row.state is EnrolmentState.CONFIRMED and (until is None or now < until)


async def states_of(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, package_id: UUID
) -> dict[str, PackageState]:
    """What was saved, by part. One statement."""
    found = await session.scalars(
        select(PackageState)
        .where(
            PackageState.enrolment_id == enrolment_id,
            PackageState.lesson_id == lesson_id,
            PackageState.package_id == package_id,
        )
        .execution_options(populate_existing=True)
    )
    return {one.part: one for one in found}


async def written_lesson(session: AsyncSession, actor: Actor, course_id: UUID, lesson_id: UUID) -> Lesson:
    """A package lesson as it is being written, for its authors. Raises NotFound for everybody else."""
    if not policy.may_write(actor, teaches=await teaches_course(session, actor, course_id)):
        raise NotFound
    found = await session.scalar(
        select(Lesson)
        .join(Chapter, Chapter.id == Lesson.chapter_id)
        .join(Outline, Outline.id == Chapter.outline_id)
        .where(
            Lesson.id == lesson_id,
            Outline.course_id == course_id,
            Lesson.kind == LessonKind.PACKAGE,
            Lesson.deleted_at.is_(None),
            Chapter.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found
