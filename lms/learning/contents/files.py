"""The files of a course: adding, describing, deleting, restoring. No file is copied within a transaction."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.lesson import described_pictures
from lms.accounts.limits import within
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.learning.contents import rules
from lms.learning.contents.desk import Desk, ensure_restorable
from lms.learning.contents.naming import file_name, free_name, names_in, texts_in
from lms.learning.contents.reading import Written, course_to_write, files_of, written
from lms.learning.contents.writing import add_file
from lms.learning.errors import CourseIsFull, DescriptionMissing, FileInUse
from lms.learning.models import Lesson, LessonFile, Outline
from lms.learning.places import lesson_files
from lms.web.files.errors import FileTooLarge
from lms.web.files.store import LARGEST_FILE, Kept
from lms.web.module import Around

PICTURE = "image/"


class ContentFiles(Desk):
    """What trainers do with the files of their lessons."""

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self.store = lesson_files(around.settings.files)

    async def add(
        self,
        actor: Actor,
        *,
        course_id: UUID,
        key: UUID,
        name: str,
        source: BinaryIO,
        size: int,
        alt: str = "",
    ) -> LessonFile:
        """Keep a file. Sent twice it is one; nothing is left of what is refused.

        Raises what the store raises, CourseIsFull, TooMany, NotFound.
        """
        if size > LARGEST_FILE:
            raise FileTooLarge
        async with self.begin.reading() as session:
            course = await course_to_write(session, actor, course_id)
            outline = (await written(session, course)).outline
            if await _used_bytes(session, outline) + size > rules.LARGEST_COURSE:
                raise CourseIsFull
        await within(self.begin, self.clock, "upload", account=actor.account_id or "")
        kept = await asyncio.to_thread(self.store.keep, source, file_name(name))
        try:
            file = await self._add(actor, course_id, key, name, kept, alt)
        except DomainError:  # after any other fault the row may be there: then the sweep decides
            self.store.discard(kept.stored)
            raise
        if file.stored != kept.stored:
            self.store.discard(kept.stored)
        return file

    @retried
    async def describe(self, actor: Actor, *, course_id: UUID, file_id: UUID, alt: str) -> None:
        """What the editor proposes as description. Raises DescriptionMissing for a picture without words."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            file = await _file(session, outline, file_id)
            if file.media_type.startswith(PICTURE) and not alt.strip():
                raise DescriptionMissing
            if file.alt != alt.strip():
                file.alt = alt.strip()
                self.note(session, actor, outline, "lesson-file.described", file=file.name)

    @retried
    async def delete(self, actor: Actor, *, course_id: UUID, file_id: UUID) -> None:
        """Out of sight; it can be restored for thirty days, and editions keep it. Raises FileInUse. Twice is as good as once."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            file = await _file(session, outline, file_id)
            if file.deleted_at is not None:
                return
            course = await course_to_write(session, actor, course_id)
            if uses_of(await written(session, course), [file.name])[file.name]:
                raise FileInUse
            file.deleted_at = self.clock()
            self.note(session, actor, outline, "lesson-file.deleted", file=file.name)

    @retried
    async def restore(self, actor: Actor, *, course_id: UUID, file_id: UUID) -> None:
        """Back, with a number in its name when another file has taken it. Raises GoneForGood, CourseIsFull."""
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            file = await _file(session, outline, file_id)
            if file.deleted_at is None:
                return
            ensure_restorable(file.deleted_at, self.clock())
            if await _used_bytes(session, outline) + file.size > rules.LARGEST_COURSE:
                raise CourseIsFull
            file.name = free_name(file.name, set(await files_of(session, outline)))
            file.deleted_at = None
            self.note(session, actor, outline, "lesson-file.restored", file=file.name)

    @retried
    async def _add(
        self, actor: Actor, course_id: UUID, key: UUID, name: str, kept: Kept, alt: str
    ) -> LessonFile:
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            known = await session.get(LessonFile, key)
            if known is not None:
                return await _file(session, outline, key)
            if await _used_bytes(session, outline) + kept.size > rules.LARGEST_COURSE:
                raise CourseIsFull
            file = await add_file(
                session,
                outline,
                name=name,
                kept=kept,
                now=self.clock(),
                alt=alt,
                key=key,
                by=actor.account_id,
            )
            self.note(session, actor, outline, "lesson-file.added", file=file.name, size=file.size)
        return file


async def file_named(session: AsyncSession, actor: Actor, course_id: UUID, name: str) -> LessonFile:
    """A file of a course that the actor may write for. Raises NotFound."""
    await course_to_write(session, actor, course_id)
    file = await session.scalar(
        select(LessonFile)
        .join(Outline, Outline.id == LessonFile.outline_id)
        .where(Outline.course_id == course_id, LessonFile.name == name, LessonFile.deleted_at.is_(None))
    )
    if file is None:
        raise NotFound
    return file


async def deleted_files(session: AsyncSession, outline: Outline | None) -> Sequence[LessonFile]:
    """What was deleted and has not been forgotten, the newest first. One statement."""
    if outline is None:
        return ()
    found = await session.scalars(
        select(LessonFile)
        .where(LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_not(None))
        .order_by(LessonFile.deleted_at.desc(), LessonFile.id)
    )
    return found.all()


async def bring_files(
    session: AsyncSession,
    outline: Outline,
    files: Collection[LessonFile],
    *,
    by: UUID | None,
    now: datetime,
) -> Mapping[str, str]:
    """Give a course files of elsewhere; they are shared in the store, not doubled. Gives their names there by their names here."""
    own = {file.stored: name for name, file in (await files_of(session, outline)).items()}
    names = {}
    for file in files:
        if file.stored not in own:
            kept = Kept(file.stored, file.size, file.media_type)
            added = await add_file(session, outline, name=file.name, kept=kept, now=now, alt=file.alt, by=by)
            own[file.stored] = added.name
        names[file.name] = own[file.stored]
    return names


def uses_of(what: Written, names: Collection[str]) -> Mapping[str, Sequence[Lesson]]:
    """In which lessons each of these files is named."""
    found: dict[str, list[Lesson]] = {name: [] for name in names}
    for lesson in what.lessons:
        for name in names_in([lesson.text, *texts_in(lesson.body)], names):
            found[name].append(lesson)
    return found


def said_of_pictures(what: Written, files: Mapping[str, LessonFile]) -> Mapping[str, str]:
    """What is known to be seen in each picture: its own description, else that of a lesson that shows it."""
    missing = [name for name, one in files.items() if one.media_type.startswith(PICTURE) and not one.alt]
    said = {name: one.alt for name, one in files.items() if one.alt}
    texts = {one.text for shown in uses_of(what, missing).values() for one in shown}
    for found in map(described_pictures, sorted(texts)):
        said |= {name: found[name] for name in missing if name in found and name not in said}
    return said


async def _file(session: AsyncSession, outline: Outline, file_id: UUID) -> LessonFile:
    file = await session.get(LessonFile, file_id, populate_existing=True)
    if file is None or file.outline_id != outline.id:
        raise NotFound
    return file


async def _used_bytes(session: AsyncSession, outline: Outline | None) -> int:
    if outline is None:
        return 0
    total = select(func.coalesce(func.sum(LessonFile.size), 0)).where(
        LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_(None)
    )
    return int(await session.scalar(total) or 0)
