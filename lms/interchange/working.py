"""The worker's part of bringing material in: reading what waits, and taking over what was confirmed."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from content.course import Chapter, CourseContent, File, Package, QuizLesson, markdown_in
from content.packages.report import Fate
from lms.audit.trail import record
from lms.interchange.depot import Depot
from lms.interchange.errors import NoSpaceLeft, NotReady
from lms.interchange.models import ENDED, UNDER_WAY, Intake, IntakeState
from lms.interchange.reading import UNREADABLE, Read, outline, read
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.learning.bringing_in import KeptPackage, bring_in, play_in
from lms.learning.contents.naming import names_in, texts_in
from lms.learning.contents.rules import LONGEST_TITLE
from lms.learning.contents.writing import outline_for
from lms.learning.places import PackageFolders, lesson_files
from lms.web.files.errors import DiskIsFull, is_full
from lms.web.files.store import Kept, Store
from lms.web.module import Around

MOST_REMARKS = 2_000


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
            if not isinstance(fault, DiskIsFull) and not is_full(fault):
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
        try:
            folder = await asyncio.to_thread(self.depot.work_of, intake_id, step, name)
        except OSError as fault:
            if not is_full(fault):
                raise
            return Read(refused=(NoSpaceLeft.message, "", {}))

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
            refuse(intake, self.clock(), sentence, place, params)
        await asyncio.to_thread(self.depot.discard, intake_id)


def refuse(
    intake: Intake, now: datetime, sentence: str, place: str = "", params: dict[str, Any] | None = None
) -> None:
    """Nothing of it is taken; its row says why."""
    intake.state, intake.ended_at = IntakeState.REFUSED, now
    intake.trouble, intake.trouble_place, intake.trouble_params = sentence, place, params or {}
    intake.version += 1


def _chosen(content: CourseContent, left_out: Collection[int]) -> CourseContent:
    """Without the chapters that are not wanted, and without the files that only they name."""
    chapters = [one for number, one in enumerate(content.chapters) if number not in left_out]
    files = content.files if not left_out else _still_named(content.files, chapters)
    return replace(content, chapters=chapters, files=files)


def _still_named(files: Sequence[File], chapters: Sequence[Chapter]) -> Sequence[File]:
    texts: list[str] = []
    for lesson in (one for chapter in chapters for one in chapter.lessons):
        texts.append(markdown_in(lesson))
        if isinstance(lesson, QuizLesson):
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
