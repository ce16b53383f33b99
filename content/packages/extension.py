"""What no format can hold of ours, kept beside it: one JSON file in the package, `urn:lms:content:1`.

It holds the whole course and a checksum of every other file that speaks of it. Whoever brings the package back unchanged gets
everything back; when another system has changed it, the checksums do not fit and the package is read as what it is.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from content.course import (
    Chapter,
    CourseContent,
    Details,
    File,
    Lesson,
    Package,
    PackageKind,
    QuizLesson,
    Text,
    Tool,
)
from content.media import MEDIA_TYPES, ending
from content.packages.playing import facts_in
from content.quiz.questions import Quiz

NAME = "lms-content.json"
SCHEMA = "urn:lms:content:1"
_LARGEST = 20_000_000
_MOST_NAMES = 20_000


class _Lesson(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    kind: str
    key: str
    title: str
    markdown: str = ""
    is_practice: bool = False
    is_preview: bool = False
    minutes: int | None = None
    is_needed: bool = True
    words: str = ""
    quiz: Quiz | None = None
    package: PackageKind | None = None
    folder: str = ""
    entry: str = ""
    address: str = ""
    is_lti: bool = False
    parameters: dict[str, str] = {}


class _Chapter(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    lessons: list[_Lesson]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    place: str
    media_type: str


class _Course(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    title: str
    summary: str
    language: str
    chapters: list[_Chapter]
    files: list[_File]
    checksums: dict[str, str]


def written(content: CourseContent, *, places: Mapping[str, str], checksums: Mapping[str, str]) -> bytes:
    """The course as JSON. `places` says for every file and package (by name and by key) where in the archive it lies."""
    course = _Course(
        schema=SCHEMA,
        title=content.title,
        summary=content.summary,
        language=content.language,
        chapters=[
            _Chapter(chapter.title, [_plain(lesson, places) for lesson in chapter.lessons])
            for chapter in content.chapters
        ],
        files=[_File(file.name, places[file.name], file.media_type) for file in content.files],
        checksums=dict(sorted(checksums.items())),
    )
    return json.dumps(msgspec.to_builtins(course), ensure_ascii=False, indent=1).encode()


def read(folder: Path) -> CourseContent | None:
    """The course, when the package has one and nothing in it was changed; None otherwise."""
    path = folder / NAME
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    try:
        course = msgspec.convert(json.loads(path.read_bytes()), _Course, strict=False)
    except (ValueError, msgspec.ValidationError, RecursionError):
        return None
    if course.schema != SCHEMA or len(course.files) + len(course.checksums) > _MOST_NAMES:
        return None
    if not all(_fits(folder, name, checksum) for name, checksum in course.checksums.items()):
        return None
    return _course(folder, course)


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _plain(lesson: Lesson, places: Mapping[str, str]) -> _Lesson:
    facts: dict[str, Any] = {"key": lesson.key, "title": lesson.title, **asdict(lesson.details)}
    match lesson:
        case Text():
            return _Lesson("text", markdown=lesson.markdown, is_practice=lesson.is_practice, **facts)
        case QuizLesson():
            return _Lesson("quiz", quiz=lesson.quiz, **facts)
        case Package():
            return _Lesson(
                "package", package=lesson.kind, entry=lesson.entry, folder=places[lesson.key], **facts
            )
        case Tool():
            return _Lesson(
                "tool", address=lesson.address, is_lti=lesson.is_lti, parameters=dict(lesson.parameters),
                **facts,
            )  # fmt: skip


def _course(folder: Path, course: _Course) -> CourseContent | None:
    files: list[File] = []
    for file in course.files:
        path = _inside(folder, file.place)
        if path is None or not path.is_file() or "/" in file.name or ending(file.name) not in MEDIA_TYPES:
            return None
        files.append(File(file.name, path, file.media_type))
    chapters: list[Chapter] = []
    for chapter in course.chapters:
        lessons: list[Any] = [_lesson(folder, lesson) for lesson in chapter.lessons]
        if None in lessons:
            return None
        chapters.append(Chapter(chapter.title, tuple(lessons)))
    return CourseContent(
        title=course.title, chapters=tuple(chapters), files=tuple(files), summary=course.summary,
        language=course.language,
    )  # fmt: skip


def _lesson(folder: Path, lesson: _Lesson) -> Lesson | None:
    details = Details(lesson.minutes, lesson.is_needed, lesson.is_preview, lesson.words)
    if lesson.kind == "text":
        return Text(lesson.key, lesson.title, lesson.markdown, lesson.is_practice, details)
    if lesson.kind == "quiz" and lesson.quiz is not None:
        return QuizLesson(lesson.key, lesson.title, lesson.quiz, details)
    if lesson.kind == "tool":
        return Tool(lesson.key, lesson.title, lesson.address, lesson.is_lti, lesson.parameters, details)
    place = _inside(folder, lesson.folder) if lesson.kind == "package" else None
    if place is None or lesson.package is None or not place.is_dir():
        return None
    entry = _inside(place, lesson.entry.partition("?")[0].partition("#")[0])
    if entry is None or not entry.is_file():
        return None
    facts = facts_in(place, lesson.package)
    return Package(lesson.key, lesson.title, lesson.package, place, lesson.entry, facts, details)


def _fits(folder: Path, name: str, expected: str) -> bool:
    path = _inside(folder, name)
    return path is not None and path.is_file() and checksum(path.read_bytes()) == expected


def _inside(folder: Path, name: str) -> Path | None:
    if not name or "\x00" in name:
        return None
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError):
        return None
    return path if path.is_relative_to(folder.resolve()) and path != folder.resolve() else None


def lessons_in(content: CourseContent) -> Sequence[tuple[int, int, Lesson]]:
    """Each lesson with the numbers of its chapter and of itself, both from 1."""
    return [
        (number, position, lesson)
        for number, chapter in enumerate(content.chapters, start=1)
        for position, lesson in enumerate(chapter.lessons, start=1)
    ]
