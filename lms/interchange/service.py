"""Bringing material in: receiving, reading, taking over or dropping. The slow parts are the worker's."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.course import Chapter, CourseContent, File, Package, QuizLesson, Text
from content.packages.report import Fate
from lms.accounts.limits import within
from lms.audit.trail import record
from lms.db import retried
from lms.interchange.depot import Depot
from lms.interchange.errors import NoSpaceLeft, NothingChosen, NotReady, OthersAreWaiting
from lms.interchange.models import ENDED, UNDER_WAY, Intake, IntakeState
from lms.interchange.queries import course_to_write, intake_of
from lms.interchange.reading import UNREADABLE, Read, outline, read
from lms.jobs.models import Job, JobState, Lane
from lms.jobs.queue import enqueue
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.learning.bringing_in import KeptPackage, bring_in, play_in
from lms.learning.contents.naming import names_in, texts_in
from lms.learning.contents.rules import LONGEST_TITLE
from lms.learning.contents.writing import outline_for
from lms.learning.models import Package as PackageRow
from lms.learning.places import PackageFolders, lesson_files
from lms.web.files.errors import DiskIsFull
from lms.web.files.names import clean_name
from lms.web.files.store import NO_ROOM, Kept, Store
from lms.web.module import Around

READ = "read-intake"
TAKE = "take-intake"
MOST_WAITING = 5
MOST_REMARKS = 2_000


class Interchange:
    """What authors do; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.depot = Depot(around.settings.files)
        self.folders = PackageFolders(around.settings.files)

    async def receive(
        self,
        actor: Actor,
        *,
        course_id: UUID,
        intake_id: UUID,
        name: str,
        source: BinaryIO,
        lesson_id: UUID | None = None,
    ) -> Intake:
        """Keep what was sent and have it read; with `lesson_id` its package is to play in that lesson. Sent twice it is one.

        Raises NotFound, TooMany, OthersAreWaiting, IntakeTooLarge, NoSpaceLeft; nothing is left of what is refused.
        """
        name = clean_name(name)
        async with self.begin.reading() as session:
            await course_to_write(session, actor, course_id)
            known = await session.get(Intake, intake_id)
            if known is not None:
                return await intake_of(session, actor, course_id, intake_id)
            await _refuse_too_many(session, course_id)
        await within(self.begin, self.clock, "upload", account=actor.account_id or "")
        size = await asyncio.to_thread(self.depot.keep, intake_id, name, source)
        return await self._write(actor, course_id, intake_id, name, size, lesson_id)

    @retried
    async def _write(
        self, actor: Actor, course_id: UUID, intake_id: UUID, name: str, size: int, lesson_id: UUID | None
    ) -> Intake:
        now = self.clock()
        async with self.begin() as session:
            await course_to_write(session, actor, course_id, lock=True)
            known = await session.get(Intake, intake_id)
            if known is not None:
                return await intake_of(session, actor, course_id, intake_id)
            intake = Intake(
                id=intake_id,
                course_id=course_id,
                name=name,
                size=size,
                received_at=now,
                account_id=actor.account_id,
                lesson_id=lesson_id,
            )
            session.add(intake)
            record(
                session, actor, "material.brought", at=now, kind="course", object_id=course_id,
                after={"file": intake.name, "bytes": size},
            )  # fmt: skip
            enqueue(session, READ, {"intake_id": str(intake_id)}, lane=Lane.LONG, key=f"{READ}-{intake_id}")
        return intake

    @retried
    async def take(
        self, actor: Actor, *, course_id: UUID, intake_id: UUID, chapters: Collection[int]
    ) -> None:
        """Have the chapters with these numbers (from 0) written behind those that are there. Twice is as good as once.

        Raises NotFound, NotReady, NothingChosen.
        """
        async with self.begin() as session:
            intake = await intake_of(session, actor, course_id, intake_id, lock=True)
            if intake.state in {IntakeState.TAKING, IntakeState.TAKEN}:
                return
            if intake.state is not IntakeState.READY:
                raise NotReady
            left_out = [str(number) for number in range(len(intake.chapters)) if number not in chapters]
            if len(left_out) == len(intake.chapters):
                raise NothingChosen
            intake.state, intake.percent, intake.left_out = IntakeState.TAKING, 0, left_out
            intake.version += 1
            enqueue(session, TAKE, {"intake_id": str(intake_id)}, lane=Lane.LONG, key=f"{TAKE}-{intake_id}")

    @retried
    async def drop(self, actor: Actor, *, course_id: UUID, intake_id: UUID) -> None:
        """Nothing of it is wanted. Twice is as good as once. Raises NotFound, NotReady while it is being taken over."""
        async with self.begin() as session:
            intake = await intake_of(session, actor, course_id, intake_id, lock=True)
            if intake.state in ENDED:
                return
            if intake.state is IntakeState.TAKING:
                raise NotReady
            intake.state, intake.ended_at = IntakeState.DROPPED, self.clock()
            intake.version += 1
        await asyncio.to_thread(self.depot.discard, intake_id)

    async def forget(self) -> None:
        """Take away files that no open intake needs, and packages that no row names.

        An intake whose job was given up is refused before: nobody could end it, and it would stand in the way of others for ever.
        """
        await self._refuse_given_up()
        async with self.begin.reading() as session:
            wanted = (await session.scalars(select(Intake.id).where(Intake.state.not_in(ENDED)))).all()
            packages = (await session.scalars(select(PackageRow.stored))).all()
        await asyncio.to_thread(self.depot.sweep, wanted, self.clock())
        await asyncio.to_thread(self.folders.sweep, packages, self.clock())

    @retried
    async def _refuse_given_up(self) -> None:
        async with self.begin() as session:
            under_way = await session.scalars(
                select(Intake).where(Intake.state.in_(UNDER_WAY)).with_for_update()
            )
            keys = {f"{job}-{one.id}": one for one in under_way for job in (READ, TAKE)}
            given_up = await session.scalars(
                select(Job.key).where(Job.key.in_(keys), Job.state == JobState.FAILED)
            )
            for key in given_up.all():
                _refuse(keys[str(key)], self.clock(), UNREADABLE)


async def _refuse_too_many(session: AsyncSession, course_id: UUID) -> None:
    waiting = await session.scalar(
        select(func.count()).where(Intake.course_id == course_id, Intake.state.not_in(ENDED))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise OthersAreWaiting


class IntakeReader:
    """The worker's part: reads what waits. Killed in the middle it begins anew, and nothing was written."""

    def __init__(self, around: Around) -> None:
        self.desk = _Desk(around)

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Read one intake and put the report down; the person decides then."""
        intake_id = UUID(payload["intake_id"])
        if not await self.desk.begun(intake_id, IntakeState.READING, {IntakeState.WAITING}):
            return
        found = await self.desk.read(intake_id, "look")
        await self.desk.discard_work(intake_id, "look")
        if found.refused is not None or found.content is None:
            await self.desk.refuse(intake_id, *(found.refused or (UNREADABLE, "", {})))
            return
        async with self.desk.begin() as session:
            intake = await session.get_one(Intake, intake_id, with_for_update=True)
            if intake.state is not IntakeState.READING:
                return
            intake.state, intake.percent = IntakeState.READY, 100
            intake.format, intake.title = found.format, found.content.title[:LONGEST_TITLE]
            intake.chapters = outline(found.content)
            intake.remarks = _shortened(found.remarks)
            intake.version += 1


class IntakeTaker:
    """The worker's part: reads once more what was confirmed, puts the files in their places and writes everything at once.

    Killed in the middle it begins anew; files that were put in their places already are swept, because no row names them.
    """

    def __init__(self, around: Around) -> None:
        self.desk = _Desk(around)
        self.store = lesson_files(around.settings.files)
        self.folders = PackageFolders(around.settings.files)

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Take one intake over."""
        intake_id = UUID(payload["intake_id"])
        if not await self.desk.begun(intake_id, IntakeState.TAKING):
            return
        found = await self.desk.read(intake_id, "take")
        if found.refused is not None or found.content is None:
            await self.desk.refuse(intake_id, *(found.refused or (UNREADABLE, "", {})))
            return
        kept: dict[str, Kept] = {}
        packages: dict[str, KeptPackage] = {}
        try:
            async with self.desk.begin.reading() as session:
                left_out = {int(number) for number in (await session.get_one(Intake, intake_id)).left_out}
            content = _chosen(found.content, left_out)
            await asyncio.to_thread(_put_away, content, self.store, self.folders, kept, packages)
            await self._write(intake_id, content, kept, packages)
        except (
            DomainError,
            OSError,
        ) as fault:  # after any other the rows may be there: then the sweep decides
            await asyncio.to_thread(self._take_back, kept, packages)
            if not isinstance(fault, DiskIsFull) and getattr(fault, "errno", None) not in NO_ROOM:
                raise
            await self.desk.refuse(intake_id, NoSpaceLeft.message, "", {})
            return
        await asyncio.to_thread(self.desk.depot.discard, intake_id)

    async def _write(
        self,
        intake_id: UUID,
        content: CourseContent,
        kept: dict[str, Kept],
        packages: dict[str, KeptPackage],
    ) -> None:
        now = self.desk.clock()
        async with self.desk.begin() as session:
            intake = await session.get_one(Intake, intake_id)
            target = await outline_for(session, intake.course_id, now)
            await session.refresh(intake, with_for_update=True)
            if intake.state is not IntakeState.TAKING:
                raise NotReady
            brought = await play_in(
                session,
                target,
                intake.lesson_id,
                content,
                packages=packages,
                now=now,
                account_id=intake.account_id,
            ) or await bring_in(
                session,
                target,
                content,
                kept=kept,
                packages=packages,
                now=now,
                account_id=intake.account_id,
            )
            intake.state, intake.percent, intake.ended_at = IntakeState.TAKEN, 100, now
            intake.brought = {
                "chapters": brought.chapters,
                "lessons": brought.lessons,
                "files": brought.files,
            }
            intake.version += 1
            record(
                session, SYSTEM, "material.taken_over", at=now, kind="course", object_id=intake.course_id,
                after={"file": intake.name, **intake.brought},
            )  # fmt: skip

    def _take_back(self, kept: dict[str, Kept], packages: dict[str, KeptPackage]) -> None:
        for file in kept.values():
            self.store.discard(file.stored)
        for package in packages.values():
            self.folders.discard(package.stored)


class _Desk:
    """What reading and taking over have in common."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock: Clock = around.clock
        self.depot = Depot(around.settings.files)

    async def begun(
        self, intake_id: UUID, state: IntakeState, before: Collection[IntakeState] = frozenset()
    ) -> bool:
        """Whether there is something to do: the intake is in this state already, or in one `before` it.

        A job that comes twice finds the intake further on: reading must not take back what somebody has confirmed since.
        """
        async with self.begin() as session:
            intake = await session.get(Intake, intake_id, with_for_update=True)
            if intake is None or intake.state not in {state, *before}:
                return False
            intake.state, intake.percent = state, 0
            return True

    async def read(self, intake_id: UUID, step: str) -> Read:
        """What lies in the file; the row hears how far it is."""
        async with self.begin.reading() as session:
            name = (await session.get_one(Intake, intake_id)).name
        folder = await asyncio.to_thread(self.depot.work_of, intake_id, step, name)

        async def told(percent: int) -> None:
            async with self.begin() as session:
                intake = await session.get_one(Intake, intake_id, with_for_update=True)
                if intake.state in UNDER_WAY:
                    intake.percent = percent

        return await read(self.depot.file_of(intake_id, name), folder, told)

    async def discard_work(self, intake_id: UUID, step: str) -> None:
        """The unpacked files are not needed any more."""
        await asyncio.to_thread(self.depot.clear, intake_id, step)

    async def refuse(self, intake_id: UUID, sentence: str, place: str, params: dict[str, Any]) -> None:
        """Nothing of it is taken; the row says why."""
        async with self.begin() as session:
            intake = await session.get(Intake, intake_id, with_for_update=True)
            if intake is None:
                raise NotFound
            if intake.state in ENDED:
                return
            _refuse(intake, self.clock(), sentence, place, params)
        await asyncio.to_thread(self.depot.discard, intake_id)


def _refuse(
    intake: Intake, now: datetime, sentence: str, place: str = "", params: dict[str, Any] | None = None
) -> None:
    intake.state, intake.ended_at = IntakeState.REFUSED, now
    intake.trouble, intake.trouble_place, intake.trouble_params = sentence, place, params or {}
    intake.version += 1


def _chosen(content: CourseContent, left_out: Collection[int]) -> CourseContent:
    """Without the chapters that are not wanted, and without the files that only they name."""
    chapters = [one for number, one in enumerate(content.chapters) if number not in left_out]
    return CourseContent(
        title=content.title,
        chapters=chapters,
        files=content.files if not left_out else _still_named(content.files, chapters),
        summary=content.summary,
        language=content.language,
    )


def _still_named(files: Sequence[File], chapters: Sequence[Chapter]) -> Sequence[File]:
    texts: list[str] = []
    for lesson in (one for chapter in chapters for one in chapter.lessons):
        if isinstance(lesson, Text):
            texts.append(lesson.markdown)
        elif isinstance(lesson, QuizLesson):
            texts += texts_in(msgspec.to_builtins(lesson.quiz))
    named = names_in(texts, {one.name for one in files})
    return [one for one in files if one.name in named]


def _put_away(
    content: CourseContent,
    store: Store,
    folders: PackageFolders,
    kept: dict[str, Kept],
    packages: dict[str, KeptPackage],
) -> None:
    for file in content.files:
        with Path(file.path).open("rb") as source:
            kept[file.name] = store.keep(source, file.name)
    for chapter in content.chapters:
        for lesson in chapter.lessons:
            if isinstance(lesson, Package):
                stored, size = folders.keep(lesson.folder)
                packages[lesson.key] = KeptPackage(stored, size, lesson.facts)


def _shortened(remarks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was changed or left first, so that a huge course does not hide it behind what is as it was."""
    told = [one for one in remarks if one["fate"] != Fate.TAKEN]
    rest = [one for one in remarks if one["fate"] == Fate.TAKEN]
    return (told + rest)[:MOST_REMARKS]
