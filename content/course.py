"""The content of a course as a value: what every format is read into and written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from content.quiz.questions import Quiz


@dataclass(frozen=True, slots=True)
class File:
    """A file on disk that lessons name. `name` is how they name it: no folders, unique within the course, with its ending."""

    name: str
    path: Path
    media_type: str


@dataclass(frozen=True, slots=True)
class Details:
    """What may be said of any lesson.

    `minutes` is how long it takes, None where nobody has said so. `is_needed`: it counts for completing the course. `is_preview`:
    guests may read it. `words` is the Markdown that stands above what is opened; none for a text, which is all words.
    """

    minutes: int | None = None
    is_needed: bool = True
    is_preview: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A lesson to read, in the Markdown of `content.lesson`. `key` stays when the title changes.

    With `is_practice` each heading of its highest level begins a step that a person does on a device beside them.
    """

    key: str
    title: str
    markdown: str
    is_practice: bool = False
    details: Details = Details()


@dataclass(frozen=True, slots=True)
class QuizLesson:
    """A quiz between the lessons."""

    key: str
    title: str
    quiz: Quiz
    details: Details = Details()


class PackageKind(StrEnum):
    """What plays in a frame of its own."""

    SCORM_12 = "scorm_12"
    SCORM_2004 = "scorm_2004"
    H5P = "h5p"
    CMI5 = "cmi5"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of somebody else's. `folder` is where it was unpacked, `entry` the page or file to open first, below it.

    `facts` is what its player needs of the manifest, as values that JSON holds.
    """

    key: str
    title: str
    kind: PackageKind
    folder: Path
    entry: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    details: Details = Details()


@dataclass(frozen=True, slots=True)
class Tool:
    """Somebody else's page: a plain link, or an LTI launch when it is one."""

    key: str
    title: str
    address: str
    is_lti: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    details: Details = Details()


Lesson: TypeAlias = Text | QuizLesson | Package | Tool


def markdown_in(lesson: Lesson) -> str:
    """What stands in a text, or above what is opened; the introduction of a quiz is not in it."""
    return lesson.markdown if isinstance(lesson, Text) else lesson.details.words


@dataclass(frozen=True, slots=True)
class Chapter:
    """Lessons under one title."""

    title: str
    lessons: Sequence[Lesson]


@dataclass(frozen=True, slots=True)
class CourseContent:
    """All of it, in order. `language` is a BCP 47 tag."""

    title: str
    chapters: Sequence[Chapter]
    files: Sequence[File] = ()
    summary: str = ""
    language: str = "de"
