"""Writing chapters, lessons and files down, in a transaction that somebody else opened; for bringing in as well as by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.questions import Pool, Quiz
from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.contents.naming import file_name, free_name
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind, Outline
from lms.web.files.store import Kept


async def outline_for(session: AsyncSession, course_id: UUID, now: datetime) -> Outline:
    """The outline of a course, to oneself until the transaction ends; an empty one is made where there is none. Raises NotFound."""
    found = await _locked(session, course_id)
    if found is not None:
        return found
    if await session.scalar(select(Course.id).where(Course.id == course_id).with_for_update()) is None:
        raise NotFound
    found = await _locked(session, course_id)  # somebody may have made it while we waited for the course
    if found is None:
        found = Outline(course_id=course_id, changed_at=now)
        session.add(found)
        await session.flush()
    return found


def touch(outline: Outline, actor: Actor, now: datetime) -> None:
    """Count a change of anything below the outline."""
    outline.version += 1
    outline.changed_at, outline.changed_by = now, actor.account_id


async def add_chapter(
    session: AsyncSession, outline: Outline, *, title: str, key: UUID | None = None
) -> Chapter:
    """A chapter at the end. `key` becomes its id."""
    last = await session.scalar(select(func.max(Chapter.position)).where(Chapter.outline_id == outline.id))
    chapter = Chapter(
        id=key or uuid4(), outline_id=outline.id, title=title, position=0 if last is None else last + 1
    )
    session.add(chapter)
    await session.flush()
    return chapter


async def add_lesson(
    session: AsyncSession,
    chapter: Chapter,
    *,
    kind: LessonKind,
    title: str,
    now: datetime,
    text: str = "",
    body: dict[str, Any] | None = None,
    key: UUID | None = None,
    by: UUID | None = None,
    **more: Any,
) -> Lesson:
    """A lesson at the end of a chapter. Without a `body` it has an empty one of its kind; `key` becomes its id.

    `more` are the columns `minutes`, `is_preview` and `needed`.
    """
    last = await session.scalar(select(func.max(Lesson.position)).where(Lesson.chapter_id == chapter.id))
    lesson = Lesson(
        id=key or uuid4(), chapter_id=chapter.id, kind=kind, title=title, text=text, changed_at=now,
        changed_by=by, body=empty_body(kind) if body is None else body,
        position=0 if last is None else last + 1, **more,
    )  # fmt: skip
    session.add(lesson)
    await session.flush()
    return lesson


async def add_file(
    session: AsyncSession,
    outline: Outline,
    *,
    name: str,
    kept: Kept,
    now: datetime,
    alt: str = "",
    key: UUID | None = None,
    by: UUID | None = None,
) -> LessonFile:
    """A file that lies in the store already; `key` becomes its id. Its `name` may differ from the wanted one: cleaned, and numbered where it is taken."""
    taken = await session.scalars(
        select(LessonFile.name).where(LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_(None))
    )
    file = LessonFile(
        id=key or uuid4(), outline_id=outline.id, name=free_name(file_name(name), set(taken)), stored=kept.stored,
        media_type=kept.media_type, size=kept.size, added_at=now, alt=alt, added_by=by,
    )  # fmt: skip
    session.add(file)
    await session.flush()
    return file


def empty_body(kind: LessonKind) -> dict[str, Any]:
    """What a new lesson of this kind holds besides its text."""
    match kind:
        case LessonKind.QUIZ:
            return {"quiz": msgspec.to_builtins(Quiz(pools=(Pool(key="1", questions=()),)))}
        case LessonKind.TOOL:
            return {"address": "", "is_lti": False, "parameters": {}}
        case _:
            return {}


async def _locked(session: AsyncSession, course_id: UUID) -> Outline | None:
    return await session.scalar(
        select(Outline)
        .where(Outline.course_id == course_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
