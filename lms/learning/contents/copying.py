"""Taking over what another course has, or a template; every public method is one transaction."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.learning import policy
from lms.learning.contents.desk import Desk, chapter_in
from lms.learning.contents.files import bring_files
from lms.learning.contents.naming import names_in, pointing, renamed, rewritten, texts_in
from lms.learning.contents.reading import Part, Written, course_to_write, files_of, written
from lms.learning.contents.rules import leaving_the_desk
from lms.learning.contents.writing import add_chapter, add_lesson
from lms.learning.models import Chapter, Lesson, LessonKind, Outline, Package
from lms.learning.places import PackageFolders
from lms.learning.queries import teaches_course
from lms.web.module import Around
from lms.web.sent import uuid_in


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a copy."""

    chapters: int
    lessons: int


class Copies(Desk):
    """Copies of lessons, and the mark of a template."""

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self.folders = PackageFolders(around.settings.files)

    async def copy(
        self,
        actor: Actor,
        *,
        course_id: UUID,
        source_id: UUID,
        lesson_ids: Collection[UUID],
        key: UUID,
        into: UUID | None = None,
    ) -> Taken:
        """Copy these lessons of another course, with the files that they name.

        They come into the chapter `into`, or into new chapters with the titles of their own at the end. A lesson that a quiz
        refers to is its copy afterwards, when it came along, and none when it did not. Sent twice (with the same `key`) they are
        there once. A package plays in its own course alone: the copy has one of its own. Raises NotFound, DiskIsFull.
        """
        async with self.begin.reading() as session:
            await course_to_write(session, actor, course_id)
            source = await source_to_copy(session, actor, source_id)
            packages = await _packages(session, source, lesson_ids) if source_id != course_id else ()
        kept = {one.id: await asyncio.to_thread(self.folders.double, one.stored) for one in packages}
        return await self._copy(actor, course_id, source_id, lesson_ids, key, into, kept)

    @retried
    async def _copy(
        self,
        actor: Actor,
        course_id: UUID,
        source_id: UUID,
        lesson_ids: Collection[UUID],
        key: UUID,
        into: UUID | None,
        kept: Mapping[UUID, str],
    ) -> Taken:
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            source = await source_to_copy(session, actor, source_id)
            parts = _chosen(source, lesson_ids)
            if not parts:
                raise NotFound
            lessons = [lesson for part in parts for lesson in part.lessons]
            if await session.get(Lesson, uuid5(key, str(lessons[0].id))) is not None:
                return Taken(len(parts), len(lessons))
            names = await self._files(session, actor, outline, source, lessons)
            names |= await self._rows_of_packages(session, actor, outline, kept)
            pointers = {str(one.id): str(uuid5(key, str(one.id))) for one in lessons}
            if source_id == course_id:
                pointers = {str(one.id): str(one.id) for one in source.lessons} | pointers
            target = await chapter_in(session, outline, into) if into else None
            for part in parts:
                chapter = target or await add_chapter(
                    session, outline, title=part.chapter.title, key=uuid5(key, str(part.chapter.id))
                )
                for lesson in part.lessons:
                    await self._lesson(session, actor, chapter, lesson, names, pointers)
            if outline.template_of is None and source.outline is not None and source.outline.is_template:
                outline.template_of = source.outline.id
            self.note(session, actor, outline, "lessons.copied", source=str(source_id), count=len(lessons))
        return Taken(len(parts), len(lessons))

    @retried
    async def mark_template(self, actor: Actor, *, course_id: UUID, is_template: bool) -> None:
        """Let everybody who writes lessons begin with a copy of this course's, or no longer."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            if outline.is_template is not is_template:
                outline.is_template = is_template
                self.record(session, actor, outline, "outline.template", {}, {"is_template": is_template})

    async def _files(
        self,
        session: AsyncSession,
        actor: Actor,
        outline: Outline,
        source: Written,
        lessons: Sequence[Lesson],
    ) -> dict[str, str]:
        """The files that these lessons name, brought along; what they are called there by what they are called here."""
        files = await files_of(session, source.outline)
        texts = [
            text for one in lessons for text in (one.text, *texts_in(leaving_the_desk(one.kind, one.body)))
        ]
        used = names_in(texts, files)
        brought = [files[name] for name in sorted(used)]
        return dict(await bring_files(session, outline, brought, by=actor.account_id, now=self.clock()))

    async def _rows_of_packages(
        self, session: AsyncSession, actor: Actor, outline: Outline, kept: Mapping[UUID, str]
    ) -> dict[str, str]:
        """A row for each package whose folder was doubled; the new ids by the old ones."""
        names = {}
        for package_id, stored in kept.items():
            one = await session.get_one(Package, package_id)
            copied = Package(
                course_id=outline.course_id, kind=one.kind, title=one.title, stored=stored, entry=one.entry,
                size=one.size, added_at=self.clock(), facts=dict(one.facts), added_by=actor.account_id,
            )  # fmt: skip
            session.add(copied)
            names[str(package_id)] = str(copied.id)
        await session.flush()
        return names

    async def _lesson(
        self,
        session: AsyncSession,
        actor: Actor,
        chapter: Chapter,
        lesson: Lesson,
        names: Mapping[str, str],
        pointers: Mapping[str, str],
    ) -> None:
        body = leaving_the_desk(lesson.kind, lesson.body)
        if lesson.kind is LessonKind.QUIZ:
            body = {name: pointing(quiz, pointers) for name, quiz in body.items()}
        await add_lesson(
            session, chapter, kind=lesson.kind, title=lesson.title, now=self.clock(), by=actor.account_id,
            text=renamed(lesson.text, names), body=rewritten(body, names), key=UUID(pointers[str(lesson.id)]),
            minutes=lesson.minutes, is_preview=lesson.is_preview, needed=lesson.needed,
        )  # fmt: skip


async def source_to_copy(session: AsyncSession, actor: Actor, course_id: UUID) -> Written:
    """What a course has to copy: for those who may write for it, and for all who write lessons when it is a template.

    Raises NotFound for everybody else.
    """
    ensure(actor.may("U", "lesson"), actor)
    course = await session.get(Course, course_id)
    outline = await session.scalar(select(Outline).where(Outline.course_id == course_id))
    if course is None or outline is None:
        raise NotFound
    teaches = await teaches_course(session, actor, course_id)
    if not outline.is_template and not policy.may_write(actor, teaches=teaches):
        raise NotFound
    return await written(session, course)


async def _packages(
    session: AsyncSession, source: Written, lesson_ids: Collection[UUID]
) -> Sequence[Package]:
    """The packages that these lessons name. One statement."""
    named = {
        uuid_in(one.body.get("package_id"))
        for one in source.lessons
        if one.id in lesson_ids and one.kind is LessonKind.PACKAGE
    }
    found = await session.scalars(
        select(Package).where(Package.id.in_(named - {None}), Package.course_id == source.course.id)
    )
    return found.all()


def _chosen(source: Written, lesson_ids: Collection[UUID]) -> Sequence[Part]:
    parts = [
        Part(part.chapter, [one for one in part.lessons if one.id in lesson_ids]) for part in source.parts
    ]
    return [part for part in parts if part.lessons]
