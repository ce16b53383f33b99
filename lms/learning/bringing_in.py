"""A course's content as a value becomes rows, and rows become such a value again: for importing, copying and taking away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.course import Chapter as ChapterContent
from content.course import CourseContent, Details, File, PackageKind, QuizLesson, Text, Tool, markdown_in
from content.course import Lesson as LessonContent
from content.course import Package as PackageContent
from content.lesson import described_pictures
from content.quiz.questions import HotSpots, Quiz
from lms.catalogue.models import Course
from lms.learning.contents.naming import file_name, free_name, pointing, renamed, rewritten
from lms.learning.contents.rules import LONGEST_DESCRIPTION, LONGEST_MINUTES, LONGEST_TITLE
from lms.learning.contents.writing import add_chapter, add_lesson
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind, Outline, Package
from lms.learning.places import PackageFolders
from lms.web.files.store import Kept, Store
from lms.web.sent import NotAnAddress, web_address


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


async def bring_in(
    session: AsyncSession,
    outline: Outline,
    content: CourseContent,
    *,
    kept: Mapping[str, Kept],
    packages: Mapping[str, KeptPackage],
    now: datetime,
    account_id: UUID | None,
    new_key: Callable[[], UUID] = uuid4,
) -> Brought:
    """Write all chapters behind those that are there; the outline is locked already.

    `kept` says for each file's name where it lies, `packages` for each package's key. Files whose name is taken get another
    one, in the lessons too; the same bytes are not there twice. What has no place (a file that is not in `kept`) is left out.
    """
    names = await _add_files(session, outline, content, kept, now, account_id)
    keys = {lesson.key: str(new_key()) for chapter in content.chapters for lesson in chapter.lessons}
    for chapter in content.chapters:
        row = await add_chapter(session, outline, title=_title(chapter.title), key=new_key())
        for lesson in chapter.lessons:
            body: dict[str, Any] | None = None
            if isinstance(lesson, PackageContent):
                package = _package(lesson, outline.course_id, packages[lesson.key], now, account_id)
                session.add(package)
                body = {"package_id": str(package.id)}
            await add_lesson(
                session,
                row,
                title=_title(lesson.title),
                now=now,
                key=UUID(keys[lesson.key]),
                by=account_id,
                **_written(lesson, names, keys) | ({"body": body} if body else {}),
            )
    outline.version += 1
    outline.changed_at, outline.changed_by = now, account_id
    await session.flush()
    return Brought(len(content.chapters), len(keys), len(names))


async def play_in(
    session: AsyncSession,
    outline: Outline,
    lesson_id: UUID | None,
    content: CourseContent,
    *,
    packages: Mapping[str, KeptPackage],
    now: datetime,
    account_id: UUID | None,
) -> Brought | None:
    """Let the only package of the content play in a lesson that is there, in place of the one it had.

    None where there is no such lesson of packages (any more), or anything but one package in the content: it is brought in
    like everything else then.
    """
    found = [one for chapter in content.chapters for one in chapter.lessons]
    lesson = lesson_id and await session.scalar(
        select(Lesson)
        .join(Chapter, Chapter.id == Lesson.chapter_id)
        .where(Lesson.id == lesson_id, Chapter.outline_id == outline.id, Lesson.deleted_at.is_(None))
        .where(Lesson.kind == LessonKind.PACKAGE)
    )
    if not lesson or len(found) != 1 or not isinstance(found[0], PackageContent):
        return None
    package = _package(found[0], outline.course_id, packages[found[0].key], now, account_id)
    session.add(package)
    lesson.body = {"package_id": str(package.id)}
    lesson.version += 1
    lesson.changed_at, lesson.changed_by = now, account_id
    outline.version += 1
    outline.changed_at, outline.changed_by = now, account_id
    return Brought(0, 1, 0)


def _written(lesson: LessonContent, names: Mapping[str, str], keys: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a lesson, with the names that its files have here and the ids of the lessons it points to."""
    details = lesson.details
    return {
        "text": renamed(markdown_in(lesson), names),
        "minutes": details.minutes if 0 < (details.minutes or 0) <= LONGEST_MINUTES else None,
        "needed": details.is_needed,
        "is_preview": details.is_preview,
        **_of_kind(lesson, names, keys),
    }


def _of_kind(lesson: LessonContent, names: Mapping[str, str], keys: Mapping[str, str]) -> dict[str, Any]:
    match lesson:
        case Text():
            return {"kind": LessonKind.PRACTICE if lesson.is_practice else LessonKind.TEXT}
        case QuizLesson():
            return {
                "kind": LessonKind.QUIZ,
                "body": {"quiz": pointing(rewritten(msgspec.to_builtins(lesson.quiz), names), keys)},
            }
        case Tool():
            facts = {
                "address": _address(lesson.address),
                "is_lti": lesson.is_lti,
                "parameters": dict(lesson.parameters),
            }
            return {"kind": LessonKind.TOOL, "body": facts}
        case _:
            return {"kind": LessonKind.PACKAGE}


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


def _address(address: str) -> str:
    """An address of the web; nothing of one that is none (S-35): then its author is asked for it before publishing."""
    try:
        return web_address(address)
    except NotAnAddress:
        return ""


def _title(title: str) -> str:
    return " ".join(title.split())[:LONGEST_TITLE] or "…"


async def _add_files(
    session: AsyncSession,
    outline: Outline,
    content: CourseContent,
    kept: Mapping[str, Kept],
    now: datetime,
    account_id: UUID | None,
) -> dict[str, str]:
    """Write the files that have a place; for each the name that it gets here. One statement, however many they are."""
    taken = set(
        await session.scalars(
            select(LessonFile.name).where(
                LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_(None)
            )
        )
    )
    names: dict[str, str] = {}
    described = _descriptions(content)
    for file in content.files:
        if file.name not in kept or file.name in names:
            continue
        place, name = kept[file.name], free_name(file_name(file.name), taken)
        taken.add(name)
        names[file.name] = name
        session.add(
            LessonFile(
                outline_id=outline.id,
                name=name,
                stored=place.stored,
                media_type=place.media_type,
                size=place.size,
                added_at=now,
                alt=described.get(file.name, "")[:LONGEST_DESCRIPTION],
                added_by=account_id,
            )
        )
    await session.flush()
    return names


def _descriptions(content: CourseContent) -> dict[str, str]:
    """What lessons and quizzes say is to be seen in their pictures, so that nobody is asked for it again."""
    found: dict[str, str] = {}
    for lesson in (one for chapter in content.chapters for one in chapter.lessons):
        found = described_pictures(markdown_in(lesson)) | found
        if isinstance(lesson, QuizLesson):
            spots = [one for one in lesson.quiz.questions if isinstance(one, HotSpots)]
            found = {one.picture: one.alt.strip() for one in spots if one.alt.strip()} | found
    return found


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
    known = await _packages(session, rows)
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


async def _packages(session: AsyncSession, rows: Sequence[Lesson]) -> Mapping[str, Package]:
    """The packages that these lessons name, by their ids; copied lessons name those of another course."""
    named = [UUID(one.body["package_id"]) for one in rows if one.body.get("package_id")]
    found = await session.scalars(select(Package).where(Package.id.in_(named)))
    return {str(one.id): one for one in found}


def _value(row: Lesson, known: Mapping[str, Package], folders: PackageFolders) -> LessonContent | None:
    """The lesson as a value; None for a package that has not been chosen yet."""
    key = str(row.id)
    is_text = row.kind in {LessonKind.TEXT, LessonKind.PRACTICE}
    details = Details(row.minutes, row.needed, row.is_preview, "" if is_text else row.text)
    match row.kind:
        case LessonKind.QUIZ:
            quiz = msgspec.convert(row.body.get("quiz") or {"pools": []}, Quiz, strict=False)
            return QuizLesson(key=key, title=row.title, quiz=quiz, details=details)
        case LessonKind.PACKAGE:
            package = known.get(str(row.body.get("package_id")))
            if package is None:
                return None
            folder = folders.path_of(package.stored)
            return PackageContent(
                key=key,
                title=row.title,
                kind=PackageKind(package.kind),
                folder=folder,
                entry=package.entry,
                facts=package.facts,
                details=details,
            )
        case LessonKind.TOOL:
            return Tool(
                key=key,
                title=row.title,
                address=str(row.body.get("address", "")),
                is_lti=bool(row.body.get("is_lti")),
                parameters={str(name): str(value) for name, value in row.body.get("parameters", {}).items()},
                details=details,
            )
        case _:
            return Text(
                key=key,
                title=row.title,
                markdown=row.text,
                is_practice=row.kind is LessonKind.PRACTICE,
                details=details,
            )
