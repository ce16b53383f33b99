"""Lessons that everybody may read, as a tablet shows them: without any way out of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lxml import html as markup
from markupsafe import Markup, escape
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.errors import NotFound
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind
from lms.web.language import current_language

SHOWN = (LessonKind.TEXT, LessonKind.PRACTICE)
PLAYABLE = ("image/", "video/", "audio/", "text/vtt")
"""What a page itself shows; documents to take away are not for a public tablet."""


@dataclass(frozen=True, slots=True)
class Open:
    """A lesson that guests may read, with its course."""

    lesson: EditionLesson
    course: Course

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def is_practice(self) -> bool:
        """Whether it goes step by step."""
        return self.lesson.kind is LessonKind.PRACTICE


async def open_lessons(session: AsyncSession, now: datetime) -> Sequence[Open]:
    """What guests may read of the newest edition of each course that is offered now; one statement."""
    newest = (
        select(Edition.course_id, func.max(Edition.number).label("number"))
        .group_by(Edition.course_id)
        .subquery()
    )
    offered = select(Run.course_id).where(
        Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)), Run.company_id.is_(None), Run.ends_at > now
    )
    rows = await session.execute(
        select(EditionLesson, Course)
        .join(Edition, Edition.id == EditionLesson.edition_id)
        .join(newest, (newest.c.course_id == Edition.course_id) & (newest.c.number == Edition.number))
        .join(Course, Course.id == Edition.course_id)
        .where(EditionLesson.is_preview, EditionLesson.kind.in_(SHOWN), Course.id.in_(offered))
        .order_by(Course.title_de, Course.id, EditionLesson.position)
    )
    return [Open(lesson, course) for lesson, course in rows]


async def open_lesson(session: AsyncSession, lesson_id: UUID, now: datetime) -> Open:
    """One of them. Raises NotFound."""
    for one in await open_lessons(session, now):
        if one.lesson.lesson_id == lesson_id:
            return one
    raise NotFound


async def open_file(session: AsyncSession, lesson_id: UUID, name: str, now: datetime) -> EditionFile:
    """A picture, film or sound of a lesson that guests may read. Raises NotFound, also for what would be taken away."""
    one = await open_lesson(session, lesson_id, now)
    found = await session.get(EditionFile, {"edition_id": one.lesson.edition_id, "name": name})
    if found is None or not found.media_type.startswith(PLAYABLE):
        raise NotFound
    return found


def without_ways_out(html: str) -> Markup:
    """The text of a lesson whose links are plain words, but for those within the page. `html` is safe already."""
    if not html.strip():
        return Markup("")
    root = markup.fragment_fromstring(html, create_parent="div")
    for link in list(root.iter("a")):
        if not (link.get("href") or "").startswith("#"):
            link.drop_tag()
    for film in root.iter("video", "audio"):
        film.set("controlslist", "nodownload")
    parts = [str(escape(root.text or "")), *(markup.tostring(one, encoding="unicode") for one in root)]
    return Markup("".join(parts))  # noqa: S704 - only taken away from what was safe
