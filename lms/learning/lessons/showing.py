"""A text lesson for a page: its HTML with addresses of its files, its headings and its questions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup

from content.errors import TextTooLong
from content.lesson import Heading, read_lesson, render
from lms.learning.addresses import lesson_path
from lms.learning.lessons.trying import Trial, with_trials
from lms.learning.models import EditionFile, EditionLesson
from lms.learning.queries import Offered, Place
from lms.web.formats import file_size
from lms.web.language import current_language, use_locale

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
HIGHEST = 2
SHORT = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A lesson as a page shows it. `parts` are HTML, and questions to be tried; `language` is that of the text."""

    parts: Sequence[Markup | Trial]
    headings: Sequence[Heading]
    minutes: int
    language: str

    @property
    def contents(self) -> Sequence[Heading]:
        """The headings to jump to, where there are enough of them to need that."""
        highest = [one for one in self.headings if one.level == HIGHEST]
        return highest if len(highest) >= SHORT else ()

    @property
    def trials(self) -> Sequence[Trial]:
        """Its questions, in order."""
        return [one for one in self.parts if isinstance(one, Trial)]


def file_path(base: str, name: str) -> str:
    """Where a file of a lesson is fetched; `base` is the page that all its lessons hang on."""
    return f"{base}/dateien/{quote(name, safe='')}"


async def shown(
    lesson: EditionLesson, files: Mapping[str, EditionFile], *, base: str, language: str
) -> Shown:
    """The lesson with its files below `base`. A long text takes half a second, which no other request waits for."""
    spoken = current_language()
    return await asyncio.to_thread(_shown, lesson, files, base, language, spoken)


def _shown(
    lesson: EditionLesson, files: Mapping[str, EditionFile], base: str, language: str, spoken: str
) -> Shown:
    def address(name: str) -> str | None:
        return file_path(base, name) if name in files else None

    def about(name: str) -> str:
        with use_locale("en" if spoken == "en" else "de"):
            return f"{ending_of(name)}, {file_size(files[name].size)}" if name in files else ""

    read = read_lesson(lesson.text, top_level=HIGHEST, address=address, about=about, language=language)
    return Shown(
        parts=with_trials(read.parts, seed=str(lesson.lesson_id)),
        headings=read.headings,
        minutes=lesson.minutes or read.reading_minutes,
        language=language,
    )


def words_before(text: str) -> Markup:
    """What stands above a package or a link, out of the lesson's Markdown; nothing of a text that is too long."""
    try:
        return Markup(render(text))  # noqa: S704 - content.safety has cleaned it
    except TextTooLong:
        return Markup()


def ways(place: Place, lesson_id: UUID) -> dict[str, tuple[str, str] | None]:
    """The lessons before and after, as title and address; None where there is none, or it is not open yet."""
    before, after = (_way(place, one) for one in place.around(lesson_id))
    return {"before": before, "after": after}


def _way(place: Place, offered: Offered | None) -> tuple[str, str] | None:
    if offered is None or not offered.is_open:
        return None
    lesson = offered.lesson
    return lesson.title, lesson_path(place.enrolment.id, lesson.lesson_id, lesson.kind)


def ending_of(name: str) -> str:
    """What people call a kind of file."""
    return PurePath(name).suffix.removeprefix(".").upper()


def book_path(enrolment_id: UUID) -> str:
    """Where the lessons are fetched as a book."""
    return f"/meine-kurse/{enrolment_id}/lernen/buch.epub"
