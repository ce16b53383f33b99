"""The open lessons of a run as an EPUB: the edition's values, written in a thread and handed out piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

import msgspec

from content.course import Chapter, CourseContent, File, Lesson, QuizLesson, Text, Tool
from content.epub import Imprint, write_epub
from content.quiz.questions import Quiz
from lms.learning.addresses import lesson_path
from lms.learning.lessons.reading import open_lessons, quiz_in
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind
from lms.learning.queries import Place
from lms.web.files.store import Store
from lms.web.language import current_language
from lms.web.templating import url

PIECE = 500_000


def content_to_read(place: Place, files: Mapping[str, EditionFile], store: Store) -> CourseContent:
    """The lessons that are open by now. Packages and tools become links to their pages."""
    return CourseContent(
        title=place.title,
        chapters=[
            Chapter(title, [_value(one) for one in lessons])
            for title, lessons in groupby(open_lessons(place), key=lambda one: one.chapter)
        ],
        files=[File(one.name, store.path_of(one.stored), one.media_type) for one in files.values()],
        summary=_summary(place),
        language=place.course.language or "de",
    )


async def book_of(
    place: Place, edition: Edition, content: CourseContent, *, public_url: str, centre: str
) -> BinaryIO:
    """The book in a file that goes away when it is closed, at its beginning. Raises TextTooLong."""
    paths = _paths(place.enrolment.id, open_lessons(place), public_url)
    imprint = Imprint(f"urn:uuid:{edition.id}", edition.published_at, centre)

    def write() -> BinaryIO:
        file = TemporaryFile()  # noqa: SIM115 - whoever hands it out closes it
        try:
            write_epub(content, file, imprint=imprint, web=paths.__getitem__)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    return await asyncio.to_thread(write)


async def pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """The file piece by piece; it is closed afterwards."""
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def _paths(enrolment_id: UUID, lessons: Sequence[EditionLesson], public_url: str) -> Mapping[str, str]:
    """The whole address of each lesson's page, by its key."""
    return {
        str(
            one.lesson_id
        ): f"{public_url.rstrip('/')}{url(lesson_path(enrolment_id, one.lesson_id, one.kind))}"
        for one in lessons
    }


def _value(row: EditionLesson) -> Lesson:
    key = str(row.lesson_id)
    match row.kind:
        case LessonKind.TEXT | LessonKind.PRACTICE:
            return Text(key, row.title, row.text, is_practice=row.kind is LessonKind.PRACTICE)
        case LessonKind.QUIZ:
            return QuizLesson(key, row.title, msgspec.convert(quiz_in(row), Quiz, strict=False))
        case _:
            return Tool(key, row.title, "")


def _summary(place: Place) -> str:
    course = place.course
    return (current_language() == "en" and course.summary_en) or course.summary_de
