"""What the pages of lessons show, read in a session somebody else opened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from json import dumps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.catalogue.rules import LISTED_STATES
from lms.kernel.errors import NotFound
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind
from lms.learning.queries import Offered, Place

READABLE = frozenset({LessonKind.TEXT})
PREVIEWED = (LessonKind.TEXT, LessonKind.PRACTICE)


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter with its lessons."""

    title: str
    lessons: Sequence[Offered]


@dataclass(frozen=True, slots=True)
class Preview:
    """A lesson that guests may read; `others` may be read as well."""

    course: Course
    lesson: EditionLesson
    others: Sequence[EditionLesson]


def chapters_of(place: Place) -> Sequence[Part]:
    """The lessons below the titles of their chapters, in order."""
    return [
        Part(title, list(lessons))
        for title, lessons in groupby(place.lessons, key=lambda one: one.lesson.chapter)
    ]


def left_at(place: Place) -> Offered | None:
    """Where to go on: what was read last and is not done, else the first open lesson that is not done."""
    begun = [
        one
        for one in place.lessons
        if one.is_open and not place.is_done(one.lesson.lesson_id) and one.lesson.lesson_id in place.progress
    ]
    latest = max(begun, key=lambda one: place.progress[one.lesson.lesson_id].seen_at, default=None)
    return latest or place.next


def open_lessons(place: Place) -> Sequence[EditionLesson]:
    """What may be read by now."""
    return [one.lesson for one in place.lessons if one.is_open]


async def file_named(
    session: AsyncSession, edition_id: UUID, name: str, lessons: Sequence[EditionLesson]
) -> EditionFile:
    """A file by its name, where one of these lessons names it: what is not open yet keeps its files to itself. Raises NotFound."""
    found = await session.get(EditionFile, (edition_id, name))
    if found is None or not any(names(lesson, name) for lesson in lessons):
        raise NotFound
    return found


def names(lesson: EditionLesson, name: str) -> bool:
    """Whether a lesson speaks of a file; rather once too often than not."""
    return any(one in text for text in _texts(lesson) for one in (name, quote(name)))


def _texts(lesson: EditionLesson) -> Iterator[str]:
    yield lesson.text
    if lesson.body:
        yield dumps(lesson.body, ensure_ascii=False)


async def previews_of(session: AsyncSession, course_id: UUID) -> Sequence[EditionLesson]:
    """What guests may read of a course: of its newest edition, in order. One statement."""
    newest = (
        select(Edition.id)
        .where(Edition.course_id == course_id)
        .order_by(Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await session.scalars(
        select(EditionLesson)
        .where(
            EditionLesson.edition_id == newest,
            EditionLesson.is_preview.is_(True),
            EditionLesson.kind.in_(PREVIEWED),
        )
        .order_by(EditionLesson.position)
    )
    return found.all()


async def preview_for(session: AsyncSession, slug: str, lesson_id: UUID | None) -> Preview:
    """A lesson that guests may read, of a course that is offered to everybody. Raises NotFound. Two statements."""
    is_offered = exists().where(
        Run.course_id == Course.id, Run.state.in_(LISTED_STATES), Run.company_id.is_(None)
    )
    course = await session.scalar(select(Course).where(Course.slug == slug, is_offered))
    if course is None:
        raise NotFound
    lessons = await previews_of(session, course.id)
    found = next((one for one in lessons if lesson_id is None or one.lesson_id == lesson_id), None)
    if found is None:
        raise NotFound
    return Preview(course, found, [one for one in lessons if one is not found])


def quiz_in(lesson: EditionLesson) -> dict[str, Any]:
    """The quiz of a lesson as it was stored; one without questions where none was written."""
    found: dict[str, Any] = lesson.body.get("quiz") or {"pools": []}
    return found
