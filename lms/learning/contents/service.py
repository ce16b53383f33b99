"""Writing the outline and the lessons of a course; every public method is one transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.errors import Stale
from lms.learning.contents import rules
from lms.learning.contents.desk import (
    Desk,
    chapter_in,
    chapters_in,
    ensure_restorable,
    lesson_in,
    lessons_in,
    part_of,
)
from lms.learning.contents.writing import add_chapter, add_lesson, touch
from lms.learning.models import Chapter, Lesson, LessonKind
from lms.web.sent import web_address

WRITTEN_HERE = frozenset({LessonKind.TEXT, LessonKind.PRACTICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWording:
    """Everything of a lesson that its editor asks for. `is_practice` counts for written lessons, what stands below it for links.

    `parameters` are lines of `name=value`.
    """

    title: str
    text: str = ""
    minutes: int | None = None
    is_preview: bool = False
    needed: bool = True
    is_practice: bool = False
    address: str = ""
    is_lti: bool = False
    parameters: str = ""


class Contents(Desk):
    """Chapters and lessons: adding, naming, writing, ordering, deleting, restoring.

    Every method raises NotFound for whoever may not write for the course, and for what is not part of it.
    """

    @retried
    async def add_chapter(self, actor: Actor, *, course_id: UUID, title: str, key: UUID) -> Chapter:
        """A chapter at the end. Sent twice it is one."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            known = await session.get(Chapter, key)
            if known is not None:
                return part_of(outline, known)
            chapter = await add_chapter(session, outline, title=title, key=key)
            self.note(session, actor, outline, "chapter.added", chapter=str(key), title=title)
        return chapter

    @retried
    async def rename_chapter(self, actor: Actor, *, course_id: UUID, chapter_id: UUID, title: str) -> None:
        """Another title for a chapter."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            chapter = await chapter_in(session, outline, chapter_id)
            if chapter.title == title:
                return
            before, chapter.title = chapter.title, title
            self.note(
                session,
                actor,
                outline,
                "chapter.renamed",
                before=before,
                chapter=str(chapter_id),
                title=title,
            )

    @retried
    async def place_chapter(self, actor: Actor, *, course_id: UUID, chapter_id: UUID, to: int) -> None:
        """Put a chapter at this place, from 0; the ends are as far as it goes."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            chapter = await chapter_in(session, outline, chapter_id)
            rules.put(await chapters_in(session, outline), chapter, to)
            self.note(session, actor, outline, "chapter.moved", chapter=str(chapter_id), to=chapter.position)

    @retried
    async def move_chapter(self, actor: Actor, *, course_id: UUID, chapter_id: UUID, by: int) -> None:
        """Some places down, or up when it is negative."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            chapter = await chapter_in(session, outline, chapter_id)
            row = await chapters_in(session, outline)
            rules.put(row, chapter, max(0, row.index(chapter) + by))
            self.note(session, actor, outline, "chapter.moved", chapter=str(chapter_id), to=chapter.position)

    @retried
    async def delete_chapter(self, actor: Actor, *, course_id: UUID, chapter_id: UUID) -> None:
        """Out of sight with its lessons; it can be restored for thirty days. Twice is as good as once."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            chapter = await chapter_in(session, outline, chapter_id, deleted=True)
            if chapter.deleted_at is None:
                chapter.deleted_at = self.clock()
                self.note(
                    session, actor, outline, "chapter.deleted", chapter=str(chapter_id), title=chapter.title
                )

    @retried
    async def restore_chapter(self, actor: Actor, *, course_id: UUID, chapter_id: UUID) -> None:
        """Back with the lessons that were in it. Raises GoneForGood."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            chapter = await chapter_in(session, outline, chapter_id, deleted=True)
            if chapter.deleted_at is not None:
                ensure_restorable(chapter.deleted_at, self.clock())
                chapter.deleted_at = None
                self.note(
                    session, actor, outline, "chapter.restored", chapter=str(chapter_id), title=chapter.title
                )

    @retried
    async def add_lesson(
        self, actor: Actor, *, course_id: UUID, chapter_id: UUID, kind: LessonKind, title: str, key: UUID
    ) -> Lesson:
        """An empty lesson at the end of a chapter. Sent twice it is one."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            known = await session.get(Lesson, key)
            if known is not None:
                return await lesson_in(session, outline, key)
            chapter = await chapter_in(session, outline, chapter_id)
            lesson = await add_lesson(
                session, chapter, kind=kind, title=title, now=self.clock(), key=key, by=actor.account_id
            )
            self.note(session, actor, outline, "lesson.added", lesson=str(key), title=title, kind=kind)
        return lesson

    @retried
    async def save_lesson(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, wording: LessonWording, version: int
    ) -> Lesson:
        """What the editor sends. The same as what is stored changes nothing, whatever its version. Raises Stale, NotAnAddress, NotParameters."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id)
            changed = _changes(lesson, wording)
            if changed:
                self._write(lesson, changed, actor, version)
                told = sorted(changed)
                self.note(
                    session,
                    actor,
                    outline,
                    "lesson.changed",
                    lesson=str(lesson_id),
                    title=lesson.title,
                    what=told,
                )
        return lesson

    @retried
    async def keep_text(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, title: str, text: str, version: int
    ) -> Lesson:
        """Title and text while somebody is still writing; a sitting of an hour is one entry of the trail. Raises Stale."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id)
            wanted = {"title": title or lesson.title, "text": text}
            changed = {name: value for name, value in wanted.items() if getattr(lesson, name) != value}
            if changed:
                goes_on = (
                    lesson.changed_by == actor.account_id
                    and lesson.changed_at > self.clock() - rules.ONE_SITTING
                )
                self._write(lesson, changed, actor, version)
                touch(outline, actor, self.clock())
                if not goes_on:
                    self.record(session, actor, outline, "lesson.written", {}, {"lesson": str(lesson_id)})
        return lesson

    @retried
    async def place_lesson(
        self, actor: Actor, *, course_id: UUID, lesson_id: UUID, chapter_id: UUID, to: int
    ) -> None:
        """Put a lesson at this place of a chapter, from 0; the ends are as far as it goes."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id)
            chapter = await chapter_in(session, outline, chapter_id)
            row = await lessons_in(session, chapter)
            lesson.chapter_id = chapter.id
            rules.put(row, lesson, to)
            self.note(
                session, actor, outline, "lesson.moved", lesson=str(lesson_id), chapter=str(chapter_id),
                to=lesson.position,
            )  # fmt: skip

    @retried
    async def move_lesson(self, actor: Actor, *, course_id: UUID, lesson_id: UUID, by: int) -> None:
        """One place down or up; beyond the end of a chapter it goes into the next one, or the one before."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id)
            chapters = await chapters_in(session, outline)
            at = next(i for i, one in enumerate(chapters) if one.id == lesson.chapter_id)
            row = await lessons_in(session, chapters[at])
            to = row.index(lesson) + by
            if not 0 <= to < len(row) and 0 <= at + by < len(chapters):
                lesson.chapter_id = chapters[at + by].id
                row = await lessons_in(session, chapters[at + by], without=lesson)
                to = 0 if by > 0 else len(row)
            rules.put(row, lesson, max(0, to))
            self.note(
                session, actor, outline, "lesson.moved", lesson=str(lesson_id), chapter=str(lesson.chapter_id),
                to=lesson.position,
            )  # fmt: skip

    @retried
    async def delete_lesson(self, actor: Actor, *, course_id: UUID, lesson_id: UUID) -> None:
        """Out of sight; it can be restored for thirty days, and editions keep it. Twice is as good as once."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id, deleted=True)
            if lesson.deleted_at is None:
                lesson.deleted_at = self.clock()
                self.note(
                    session, actor, outline, "lesson.deleted", lesson=str(lesson_id), title=lesson.title
                )

    @retried
    async def restore_lesson(self, actor: Actor, *, course_id: UUID, lesson_id: UUID) -> None:
        """Back where it was. Raises GoneForGood, ChapterNeeded."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            lesson = await lesson_in(session, outline, lesson_id, deleted=True)
            if lesson.deleted_at is not None:
                ensure_restorable(lesson.deleted_at, self.clock())
                lesson.deleted_at = None
                self.note(
                    session, actor, outline, "lesson.restored", lesson=str(lesson_id), title=lesson.title
                )

    def _write(self, lesson: Lesson, changed: dict[str, Any], actor: Actor, version: int) -> None:
        if lesson.version != version:
            raise Stale
        for name, value in changed.items():
            setattr(lesson, name, value)
        lesson.version += 1
        lesson.changed_at, lesson.changed_by = self.clock(), actor.account_id


def _changes(lesson: Lesson, wording: LessonWording) -> dict[str, Any]:
    """The columns that would get another value. Raises NotAnAddress, NotParameters."""
    wanted: dict[str, Any] = {
        "title": wording.title, "minutes": wording.minutes, "is_preview": wording.is_preview,
        "needed": wording.needed, "text": wording.text,
    }  # fmt: skip
    if lesson.kind in WRITTEN_HERE:
        wanted["kind"] = LessonKind.PRACTICE if wording.is_practice else LessonKind.TEXT
    if lesson.kind is LessonKind.TOOL:
        wanted["body"] = {
            **lesson.body, "address": web_address(wording.address) if wording.address else "",
            "is_lti": wording.is_lti, "parameters": rules.parameters_in(wording.parameters),
        }  # fmt: skip
    return {name: value for name, value in wanted.items() if getattr(lesson, name) != value}
