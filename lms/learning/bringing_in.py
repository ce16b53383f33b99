"""A course's content as a value becomes rows, and rows become such a value again: for importing, copying and taking away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.course import Chapter as ChapterContent
from content.course import CourseContent, File, PackageKind, QuizLesson, Text, Tool
from content.course import Lesson as LessonContent
from content.course import Package as PackageContent
from content.quiz.questions import Quiz
from content.references import quiz_with_lessons, quiz_with_names, with_names
from lms.catalogue.models import Course
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind, Outline, Package
from lms.learning.places import PackageFolders
from lms.web.files.store import Kept, Store

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class KeptPackage:
    """A package whose folder lies in its place already, under this random name. `size` is in bytes."""

    stored: str
    size: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """How much was written."""

    chapters: int
    lessons: int
    files: int


async def outline_of(session: AsyncSession, course_id: UUID, now: datetime) -> Outline:
    """What is being written for a course, made when there is none yet, locked until the transaction ends."""
    await session.execute(select(Course.id).where(Course.id == course_id).with_for_update())
    found = await session.scalar(select(Outline).where(Outline.course_id == course_id).with_for_update())
    if found is None:
        found = Outline(course_id=course_id, changed_at=now)
        session.add(found)
        await session.flush()
    return found


async def bring_in(
    session: AsyncSession,
    outline: Outline,
    content: CourseContent,
    *,
    kept: Mapping[str, Kept],
    packages: Mapping[str, KeptPackage],
    now: datetime,
    account_id: UUID | None,
) -> Brought:
    """Write all chapters behind those that are there; the outline is locked already.

    `kept` says for each file's name where it lies, `packages` for each package's key. Files whose name is taken get another
    one, in the lessons too; the same bytes are not there twice. What has no place (a file that is not in `kept`) is left out.
    """
    names = await _free_names(session, outline.id, content, kept)
    for file in content.files:
        if file.name in kept and file.name in names:
            place = kept[file.name]
            session.add(
                LessonFile(
                    outline_id=outline.id,
                    name=names[file.name],
                    stored=place.stored,
                    media_type=place.media_type,
                    size=place.size,
                    added_at=now,
                    added_by=account_id,
                )
            )
    position = 1 + (
        await session.scalar(
            select(func.coalesce(func.max(Chapter.position), 0)).where(Chapter.outline_id == outline.id)
        )
        or 0
    )
    keyed: dict[str, Lesson] = {}
    quizzes: list[tuple[Lesson, QuizLesson]] = []
    for offset, chapter in enumerate(content.chapters):
        row = Chapter(outline_id=outline.id, title=_title(chapter.title), position=position + offset)
        session.add(row)
        await session.flush()
        for place_in_chapter, lesson in enumerate(chapter.lessons, start=1):
            written = _row(lesson, row.id, place_in_chapter, names, now, account_id)
            if isinstance(lesson, PackageContent):
                package = _package(lesson, outline.course_id, packages[lesson.key], now, account_id)
                session.add(package)
                written.body = {"package_id": str(package.id)}
            elif isinstance(lesson, QuizLesson):
                quizzes.append((written, lesson))
            session.add(written)
            keyed[lesson.key] = written
    keys = {key: str(lesson.id) for key, lesson in keyed.items()}
    for written, lesson in quizzes:
        quiz = quiz_with_lessons(quiz_with_names(lesson.quiz, names), keys)
        written.body = {"quiz": msgspec.to_builtins(quiz)}
    outline.version += 1
    outline.changed_at, outline.changed_by = now, account_id
    await session.flush()
    return Brought(len(content.chapters), len(keyed), len(names))


def _row(
    lesson: LessonContent,
    chapter_id: UUID,
    position: int,
    names: Mapping[str, str],
    now: datetime,
    account_id: UUID | None,
) -> Lesson:
    row = Lesson(
        chapter_id=chapter_id,
        kind=LessonKind.TEXT,
        title=_title(lesson.title),
        position=position,
        changed_at=now,
        changed_by=account_id,
    )
    match lesson:
        case Text():
            row.kind = LessonKind.PRACTICE if lesson.is_practice else LessonKind.TEXT
            row.text = with_names(lesson.markdown, names)
            row.is_preview = lesson.is_preview
        case QuizLesson():
            row.kind = LessonKind.QUIZ
        case PackageContent():
            row.kind = LessonKind.PACKAGE
        case Tool():
            row.kind = LessonKind.TOOL
            row.body = {
                "address": lesson.address,
                "is_lti": lesson.is_lti,
                "parameters": dict(lesson.parameters),
            }
    return row


def _package(
    lesson: PackageContent, course_id: UUID, kept: KeptPackage, now: datetime, account_id: UUID | None
) -> Package:
    return Package(
        course_id=course_id,
        kind=lesson.kind.value,
        title=_title(lesson.title),
        stored=kept.stored,
        entry=lesson.entry,
        size=kept.size,
        added_at=now,
        facts=dict(kept.facts),
        added_by=account_id,
    )


def _title(title: str) -> str:
    return " ".join(title.split())[:LONGEST_TITLE] or "…"


async def _free_names(
    session: AsyncSession, outline_id: UUID, content: CourseContent, kept: Mapping[str, Kept]
) -> dict[str, str]:
    """For each file that has a place the name it gets here."""
    taken = {
        name.casefold()
        for name in await session.scalars(
            select(LessonFile.name).where(
                LessonFile.outline_id == outline_id, LessonFile.deleted_at.is_(None)
            )
        )
    }
    names: dict[str, str] = {}
    for file in content.files:
        if file.name not in kept:
            continue
        stem, dot, ending = file.name.rpartition(".")
        wanted, count = file.name, 1
        while wanted.casefold() in taken:
            count += 1
            wanted = f"{stem}-{count}{dot}{ending}"
        taken.add(wanted.casefold())
        names[file.name] = wanted
    return names


async def content_of(
    session: AsyncSession,
    course: Course,
    store: Store,
    packages: PackageFolders,
) -> CourseContent:
    """What is being written for a course, as a value that every format can be written from. Four statements."""
    outline = await session.scalar(select(Outline).where(Outline.course_id == course.id))
    if outline is None:
        return CourseContent(title=course.title_de, chapters=(), language=course.language)
    chapters = (
        await session.scalars(
            select(Chapter)
            .where(Chapter.outline_id == outline.id, Chapter.deleted_at.is_(None))
            .order_by(Chapter.position)
        )
    ).all()
    rows = (
        await session.scalars(
            select(Lesson)
            .join(Chapter, Chapter.id == Lesson.chapter_id)
            .where(Chapter.outline_id == outline.id, Lesson.deleted_at.is_(None))
            .order_by(Lesson.position)
        )
    ).all()
    files = await session.scalars(
        select(LessonFile).where(LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_(None))
    )
    known = {
        str(one.id): one
        for one in await session.scalars(select(Package).where(Package.course_id == course.id))
    }
    by_chapter: dict[UUID, list[LessonContent]] = {one.id: [] for one in chapters}
    for row in rows:
        value = _value(row, known, packages)
        if value is not None and row.chapter_id in by_chapter:
            by_chapter[row.chapter_id].append(value)
    return CourseContent(
        title=course.title_de,
        summary=course.summary_de,
        language=course.language,
        chapters=[ChapterContent(one.title, by_chapter[one.id]) for one in chapters],
        files=[File(one.name, store.path_of(one.stored), one.media_type) for one in files],
    )


def _value(row: Lesson, known: Mapping[str, Package], folders: PackageFolders) -> LessonContent | None:
    """The lesson as a value; None for a package that has not been chosen yet."""
    key = str(row.id)
    match row.kind:
        case LessonKind.QUIZ:
            quiz = msgspec.convert(row.body.get("quiz") or {"pools": []}, Quiz, strict=False)
            return QuizLesson(key=key, title=row.title, quiz=quiz)
        case LessonKind.PACKAGE:
            package = known.get(str(row.body.get("package_id")))
            if package is None:
                return None
            folder = folders.path_of(package.stored)
            return PackageContent(
                key=key, title=row.title, kind=PackageKind(package.kind), folder=folder, entry=package.entry
            )
        case LessonKind.TOOL:
            return Tool(
                key=key,
                title=row.title,
                address=str(row.body.get("address", "")),
                is_lti=bool(row.body.get("is_lti")),
                parameters={str(name): str(value) for name, value in row.body.get("parameters", {}).items()},
            )
        case _:
            return Text(
                key=key,
                title=row.title,
                markdown=row.text,
                is_practice=row.kind is LessonKind.PRACTICE,
                is_preview=row.is_preview,
            )
