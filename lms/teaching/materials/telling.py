"""Telling participants of new materials: one letter for all of a day, and in the daytime (F-H09)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.clock import local
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of
from lms.teaching.events import MaterialsHandedOut
from lms.teaching.materials import rules
from lms.teaching.materials.service import mark_told
from lms.teaching.models import Material
from lms.teaching.readers import readership
from lms.web.letters import write_letter
from lms.web.module import Around

APART = timedelta(hours=20)
"""Two such letters about one run are never nearer; a day, with a little room for the rhythm of the worker."""
OPENS, CLOSES = time(9), time(19)
RUNS_AT_ONCE = 50


class MaterialNews:
    """What the worker calls again and again."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def tell_due(self) -> None:
        """Announce what is new, run by run, each in a transaction of its own."""
        now = self.clock()
        if not OPENS <= local(now).time() < CLOSES:
            return
        async with self.begin.reading() as session:
            run_ids = (
                await session.scalars(
                    select(Material.run_id)
                    .where(
                        Material.tells.is_(True), Material.told_at.is_(None), Material.deleted_at.is_(None)
                    )
                    .distinct()
                    .limit(RUNS_AT_ONCE)
                )
            ).all()
        for run_id in run_ids:
            await self._tell(run_id, now)

    @retried
    async def _tell(self, run_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            rows = (
                await session.execute(
                    select(Material, Session.starts_at)
                    .outerjoin(Session, Session.id == Material.session_id)
                    .where(Material.run_id == run_id, Material.tells.is_(True))
                    .order_by(Material.position, Material.id)
                )
            ).all()
            told = [one.told_at for one, _ in rows if one.told_at is not None]
            if run.state is RunState.CANCELLED or (told and max(told) > now - APART):
                return
            new = [
                one
                for one, starts_at in rows
                if one.told_at is None
                and rules.is_shown(one, now, session_starts_at=starts_at, run_ends_at=run.ends_at)
            ]
            if not new:
                return
            ids = [one.id for one in new]
            await mark_told(session, ids, now)
            announce(session, MaterialsHandedOut(run_id=run_id, material_ids=ids, at=now), at=now)


async def tell_of_materials(session: AsyncSession, event: MaterialsHandedOut) -> None:
    """A letter to everybody with a place; what was taken away meanwhile is not named."""
    run = await session.get_one(Run, event.run_id)
    course = await session.get_one(Course, run.course_id)
    materials = (
        await session.scalars(
            select(Material)
            .where(Material.id.in_(event.material_ids), Material.deleted_at.is_(None))
            .order_by(Material.position, Material.id)
        )
    ).all()
    places = await _places(session, event.run_id)
    if not materials:
        return
    readers = await readership(session, places, event.at)
    seen: set[UUID] = set()
    for one in readers.addressed:
        if one.reader.id in seen:
            continue
        seen.add(one.reader.id)
        mine = [each.title for each in materials if each.session_id is None or not one.enrolment.is_drop_in]
        if not mine:
            continue
        await write_letter(
            session,
            key=f"materials:{event.run_id}:{event.at.isoformat()}:{one.reader.id}",
            kind="materials_new",
            to=one.reader,
            template="teaching/letters/materials_new.md",
            context={
                "course": (course.title_en if one.reader.language == "en" else "") or course.title_de,
                "number": run.number,
                "titles": mine,
                "person": one.participant.name,
                "is_own": one.reader.id == one.participant.id,
                "path": f"/meine-kurse/{one.enrolment.id}#unterlagen",
            },
            about=("enrolment", one.enrolment.id),
            at=event.at,
        )


async def _places(session: AsyncSession, run_id: UUID) -> Sequence[Enrolment]:
    wanted = (
        select(Enrolment)
        .where(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Enrolment.created_at, Enrolment.id)
    )
    return (await session.scalars(wanted)).all()
