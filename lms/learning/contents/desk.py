"""What every act of writing begins and ends with: the right to it, the outline to oneself, a line in the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import GoneForGood, NotFound
from lms.learning.contents import rules
from lms.learning.contents.reading import course_to_write
from lms.learning.contents.writing import outline_for, touch
from lms.learning.errors import ChapterNeeded
from lms.learning.models import Chapter, Lesson, Outline
from lms.web.module import Around


class Desk:
    """The base of the services that write."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def open(self, session: AsyncSession, actor: Actor, course_id: UUID) -> Outline:
        """The outline, to oneself until the transaction ends."""
        ensure(actor.may("U", "lesson"), actor)
        await course_to_write(session, actor, course_id)
        return await outline_for(session, course_id, self.clock())

    def note(
        self,
        session: AsyncSession,
        actor: Actor,
        outline: Outline,
        action: str,
        before: str = "",
        **after: Any,
    ) -> None:
        """Count the change, and write it into the trail; `before` is a former title."""
        touch(outline, actor, self.clock())
        self.record(session, actor, outline, action, {"title": before} if before else {}, after)

    def record(
        self, session: AsyncSession, actor: Actor, outline: Outline, action: str,
        before: dict[str, Any], after: dict[str, Any],
    ) -> None:  # fmt: skip
        """Write into the trail without counting a change."""
        record(
            session, actor, action, at=self.clock(), kind="course", object_id=outline.course_id,
            before=before, after=after,
        )  # fmt: skip


def ensure_restorable(deleted_at: datetime, now: datetime) -> None:
    """Raises GoneForGood when it was deleted more than thirty days ago."""
    if deleted_at < now - rules.RESTORABLE:
        raise GoneForGood


def part_of(outline: Outline, chapter: Chapter | None) -> Chapter:
    """The chapter, when it is of this outline. Raises NotFound."""
    if chapter is None or chapter.outline_id != outline.id:
        raise NotFound
    return chapter


async def chapter_in(
    session: AsyncSession, outline: Outline, chapter_id: UUID, *, deleted: bool = False
) -> Chapter:
    """A chapter of the outline, read anew. Raises NotFound."""
    chapter = part_of(outline, await session.get(Chapter, chapter_id, populate_existing=True))
    if chapter.deleted_at is not None and not deleted:
        raise NotFound
    return chapter


async def lesson_in(
    session: AsyncSession, outline: Outline, lesson_id: UUID, *, deleted: bool = False
) -> Lesson:
    """A lesson of the outline, read anew. Raises NotFound, and ChapterNeeded when its chapter is deleted."""
    lesson = await session.get(Lesson, lesson_id, populate_existing=True)
    if lesson is None or (lesson.deleted_at is not None and not deleted):
        raise NotFound
    chapter = await chapter_in(session, outline, lesson.chapter_id, deleted=True)
    if chapter.deleted_at is not None:
        raise ChapterNeeded
    return lesson


async def chapters_in(session: AsyncSession, outline: Outline) -> Sequence[Chapter]:
    """The chapters that are not deleted, in order."""
    found = await session.scalars(
        select(Chapter)
        .where(Chapter.outline_id == outline.id, Chapter.deleted_at.is_(None))
        .order_by(Chapter.position, Chapter.id)
    )
    return found.all()


async def lessons_in(
    session: AsyncSession, chapter: Chapter, *, without: Lesson | None = None
) -> Sequence[Lesson]:
    """The lessons of a chapter that are not deleted, in order."""
    found = await session.scalars(
        select(Lesson)
        .where(Lesson.chapter_id == chapter.id, Lesson.deleted_at.is_(None))
        .order_by(Lesson.position, Lesson.id)
    )
    return [one for one in found if one is not without]
