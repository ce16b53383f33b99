"""Bringing material in: receiving, reading, taking over or dropping. The slow parts are the worker's."""

import asyncio
from collections.abc import Collection
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.audit.trail import record
from lms.db import retried
from lms.interchange.depot import Depot
from lms.interchange.errors import NothingChosen, NotReady, OthersAreWaiting
from lms.interchange.models import ENDED, UNDER_WAY, Intake, IntakeState
from lms.interchange.queries import intake_of
from lms.interchange.reading import UNREADABLE
from lms.interchange.working import refuse
from lms.jobs.models import Job, JobState, Lane
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor
from lms.learning.contents.reading import course_to_write
from lms.learning.models import Package as PackageRow
from lms.learning.places import PackageFolders
from lms.web.files.names import clean_name
from lms.web.module import Around

READ = "read-intake"
TAKE = "take-intake"
MOST_WAITING = 5


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
        try:
            return await self._write(actor, course_id, intake_id, name, size, lesson_id)
        except OthersAreWaiting:  # after any other fault the row may be there: then the sweep decides
            await asyncio.to_thread(self.depot.discard, intake_id)
            raise

    @retried
    async def _write(
        self, actor: Actor, course_id: UUID, intake_id: UUID, name: str, size: int, lesson_id: UUID | None
    ) -> Intake:
        now = self.clock()
        async with self.begin() as session:
            course = await course_to_write(session, actor, course_id)
            await session.refresh(course, with_for_update=True)
            known = await session.get(Intake, intake_id)
            if known is not None:
                return await intake_of(session, actor, course_id, intake_id)
            await _refuse_too_many(session, course_id)
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
                refuse(keys[str(key)], self.clock(), UNREADABLE)


async def _refuse_too_many(session: AsyncSession, course_id: UUID) -> None:
    waiting = await session.scalar(
        select(func.count()).where(Intake.course_id == course_id, Intake.state.not_in(ENDED))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise OthersAreWaiting
