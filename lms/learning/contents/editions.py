"""Publishing, and deciding which edition a run is taught by; every public method is one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.learning.contents.checking import faults_of
from lms.learning.contents.comparing import COLUMNS, State, as_edition, differences
from lms.learning.contents.desk import Desk, chapters_in
from lms.learning.contents.files import bring_files
from lms.learning.contents.naming import names_in, renamed, rewritten, texts_in
from lms.learning.contents.reading import Written, course_to_write, files_of, run_to_lead, written
from lms.learning.contents.rules import on_the_desk
from lms.learning.contents.writing import add_chapter, add_lesson
from lms.learning.errors import NothingNew, NothingToPublish, Unfinished
from lms.learning.events import EditionPublished
from lms.learning.models import (
    Chapter,
    Edition,
    EditionFile,
    EditionLesson,
    Lesson,
    LessonFile,
    Outline,
    Progress,
    RunEdition,
)
from lms.learning.queries import files_of as files_of_edition
from lms.learning.queries import lessons_of
from lms.scheduling.queries import run_of


class Editions(Desk):
    """Publishing a course, taking lessons back from an edition, moving a run to one."""

    async def publish(self, actor: Actor, *, course_id: UUID, version: int, note: str, key: UUID) -> Edition:
        """Make what is written an edition, as it was looked at: `version` is that of the outline. Sent twice it is one.

        Raises Stale, NothingToPublish, NothingNew, and Unfinished while there is something to mend.
        """
        async with self.begin.reading() as session:
            course = await course_to_write(session, actor, course_id)
            if (known := await session.get(Edition, key)) is not None:
                return known
            what = await written(session, course)
            files = await files_of(session, what.outline)
        if what.version != version:
            raise Stale
        if not what.lessons:
            raise NothingToPublish
        # beside the transaction: reading all texts takes a while, and the version says that nothing changes meanwhile
        if await asyncio.to_thread(faults_of, what, files):
            raise Unfinished
        return await self._publish(actor, course_id, version, note, key)

    @retried
    async def _publish(self, actor: Actor, course_id: UUID, version: int, note: str, key: UUID) -> Edition:
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            known = await session.get(Edition, key)
            if known is not None:
                return known
            if outline.version != version:
                raise Stale
            what = await written(session, await course_to_write(session, actor, course_id))
            edition = await write_edition(
                session, outline, what, note=note, key=key, now=self.clock(), by=actor.account_id
            )
            announce(session, EditionPublished(edition_id=key), at=self.clock())
            self.record(
                session, actor, outline, "edition.published", {},
                {"edition": edition.number, "lessons": len(what.lessons)},
            )  # fmt: skip
        return edition

    @retried
    async def take_back(self, actor: Actor, *, course_id: UUID, number: int, lesson_id: UUID) -> None:
        """Let a lesson be as it was in an edition, where it stands now; one that is gone comes back into its chapter.

        Its files come back with it. Learners see it once it is published. Raises NotFound.
        """
        async with self.begin() as session:
            outline = await self.open(session, actor, course_id)
            edition = await edition_numbered(session, course_id, number)
            old = await session.scalar(
                select(EditionLesson).where(
                    EditionLesson.edition_id == edition.id, EditionLesson.lesson_id == lesson_id
                )
            )
            if old is None:
                raise NotFound
            files = await files_of_edition(session, edition.id)
            used = names_in([old.text, *texts_in(old.body)], files)
            names = await bring_files(
                session, outline, [_lesson_file(outline, files[name], self.clock()) for name in sorted(used)],
                by=actor.account_id, now=self.clock(),
            )  # fmt: skip
            lesson = await self._lesson_again(session, outline, old)
            self._write(lesson, old, names, actor)
            self.note(session, actor, outline, "lesson.taken-back", lesson=str(lesson_id), edition=number)

    @retried
    async def take_over(self, actor: Actor, *, course_id: UUID, run_id: UUID, number: int) -> None:
        """Let a run be taught by this edition from now on. Progress stays. Raises NotFound."""
        async with self.begin() as session:
            ensure(actor.may("U", "lesson"), actor)
            await run_of(session, run_id, lock=True)
            await run_to_lead(session, actor, course_id, run_id)
            edition = await edition_numbered(session, course_id, number)
            chosen = await session.get(RunEdition, run_id, populate_existing=True)
            if chosen is not None and chosen.edition_id == edition.id:
                return
            if chosen is None:
                chosen = RunEdition(run_id=run_id, edition_id=edition.id, chosen_at=self.clock())
                session.add(chosen)
            chosen.edition_id, chosen.chosen_at = edition.id, self.clock()
            chosen.chosen_by = actor.account_id
            record(
                session, actor, "run.edition-chosen", at=self.clock(), kind="run", object_id=run_id,
                after={"edition": number},
            )  # fmt: skip

    async def _lesson_again(self, session: AsyncSession, outline: Outline, old: EditionLesson) -> Lesson:
        """The lesson that is being written, out of the bin if need be, or written anew."""
        lesson = await session.get(Lesson, old.lesson_id, populate_existing=True)
        chapters = await chapters_in(session, outline)
        if lesson is not None and any(one.id == lesson.chapter_id for one in chapters):
            return lesson
        chapter: Chapter | None = next((one for one in chapters if one.title == old.chapter), None)
        if chapter is None:
            chapter = await add_chapter(session, outline, title=old.chapter)
        if lesson is not None:
            lesson.chapter_id = chapter.id
            return lesson
        return await add_lesson(
            session, chapter, kind=old.kind, title=old.title, now=self.clock(), key=old.lesson_id
        )

    def _write(self, lesson: Lesson, old: EditionLesson, names: Mapping[str, str], actor: Actor) -> None:
        body = on_the_desk(
            old.kind, rewritten(old.body, names), lesson.body if lesson.kind is old.kind else {}
        )
        for name in COLUMNS:
            setattr(lesson, name, getattr(old, name))
        lesson.text, lesson.body = renamed(old.text, names), body
        lesson.deleted_at = None
        lesson.version += 1
        lesson.changed_at, lesson.changed_by = self.clock(), actor.account_id


async def write_edition(
    session: AsyncSession,
    outline: Outline,
    what: Written,
    *,
    note: str,
    key: UUID,
    now: datetime,
    by: UUID | None,
) -> Edition:
    """Make what is written an edition; the outline is locked, and somebody has looked for problems. Raises NothingNew."""
    files = await files_of(session, outline)
    state = state_of(what, files, key)
    if not differences(await last_state(session, outline.course_id), state):
        raise NothingNew
    edition = Edition(
        id=key, course_id=outline.course_id, number=outline.next_number, published_at=now, note=note,
        published_by=by,
    )  # fmt: skip
    outline.next_number += 1
    session.add(edition)
    await session.flush()
    session.add_all(state.lessons)
    session.add_all(
        EditionFile(
            edition_id=key, name=name, stored=stored, media_type=files[name].media_type, size=files[name].size
        )
        for name, stored in sorted(state.files.items())
    )
    return edition


def state_of(what: Written, files: Mapping[str, LessonFile], edition_id: UUID) -> State:
    """What is being written, with the files that it names."""
    lessons = as_edition(what, edition_id)
    used = names_in([text for one in lessons for text in (one.text, *texts_in(one.body))], files)
    return State(lessons, {name: files[name].stored for name in used})


async def state_in(session: AsyncSession, edition: Edition) -> State:
    """What an edition holds. Two statements."""
    files = await files_of_edition(session, edition.id)
    return State(await lessons_of(session, edition.id), {name: one.stored for name, one in files.items()})


async def last_state(session: AsyncSession, course_id: UUID) -> State:
    """What the newest edition holds; nothing before the first one. Three statements."""
    edition = await session.scalar(
        select(Edition).where(Edition.course_id == course_id).order_by(Edition.number.desc()).limit(1)
    )
    return State((), {}) if edition is None else await state_in(session, edition)


async def editions_of(session: AsyncSession, course_id: UUID) -> Sequence[Edition]:
    """All editions of a course, the newest first. One statement."""
    found = await session.scalars(
        select(Edition).where(Edition.course_id == course_id).order_by(Edition.number.desc())
    )
    return found.all()


async def edition_numbered(session: AsyncSession, course_id: UUID, number: int) -> Edition:
    """One edition. Raises NotFound."""
    found = await session.scalar(
        select(Edition).where(Edition.course_id == course_id, Edition.number == number)
    )
    if found is None:
        raise NotFound
    return found


async def begun_in(session: AsyncSession, run_id: UUID) -> int:
    """How many people of a run have opened a lesson. One statement."""
    counted = (
        select(func.count(Progress.enrolment_id.distinct()))
        .join(Enrolment, Enrolment.id == Progress.enrolment_id)
        .where(Enrolment.run_id == run_id)
    )
    return int(await session.scalar(counted) or 0)


def _lesson_file(outline: Outline, file: EditionFile, now: datetime) -> LessonFile:
    """The file of an edition as one that is being written with; in no session."""
    return LessonFile(
        outline_id=outline.id, name=file.name, stored=file.stored, media_type=file.media_type,
        size=file.size, added_at=now,
    )  # fmt: skip
