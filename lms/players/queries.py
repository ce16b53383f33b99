"""Reading packages and what they have reported, in a session somebody else opened."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy
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
