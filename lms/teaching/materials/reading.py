"""Reading materials, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import is_teacher
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import chosen_sessions
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session
from lms.teaching import policy
from lms.teaching.materials import rules
from lms.teaching.models import Material, MaterialKind
from lms.web.language import current_language

LISTED_RUNS = 20


@dataclass(frozen=True, slots=True)
class Taught:
    """A run whose materials somebody may keep."""

    run: Run
    course: Course
    sessions: Sequence[Session]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    def starts_at(self, session_id: UUID | None) -> datetime | None:
        """When a session of the run begins."""
        return next((one.starts_at for one in self.sessions if one.id == session_id), None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A material as whoever takes part sees it; `since` is None while the session it waits for has no date."""

    material: Material
    session: Session | None
    is_new: bool = False


async def taught_run(session: AsyncSession, actor: Actor, run_id: UUID) -> Taught:
    """The run, for its trainers and for the programme team; raises NotFound for everybody else (S-03). Three statements."""
    row = (
        await session.execute(
            select(Run, Course)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id == run_id, Run.state != RunState.DRAFT)
        )
    ).one_or_none()
    if row is None or not policy.may_keep_materials(actor, teaches=await is_teacher(session, actor, run_id)):
        raise NotFound
    sessions = await session.scalars(
        select(Session).where(Session.run_id == run_id).order_by(Session.starts_at)
    )
    return Taught(row.Run, row.Course, sessions.all())


async def materials_of(session: AsyncSession, run_id: UUID, *, deleted: bool = False) -> Sequence[Material]:
    """What a run has been handed, in its order; with `deleted` what was taken away and can still be restored."""
    gone = Material.deleted_at.is_not(None) if deleted else Material.deleted_at.is_(None)
    wanted = (
        select(Material)
        .where(Material.run_id == run_id, gone)
        .order_by(Material.position, Material.added_at, Material.id)
    )
    return (await session.scalars(wanted)).all()


async def used_bytes(session: AsyncSession, run_id: UUID) -> int:
    """How many bytes of files a run has; what was deleted does not count."""
    total = select(func.coalesce(func.sum(Material.size), 0)).where(
        Material.run_id == run_id, Material.deleted_at.is_(None)
    )
    return int(await session.scalar(total) or 0)


async def shown_to(
    session: AsyncSession, actor: Actor, enrolment: Enrolment, now: datetime
) -> Sequence[Shown]:
    """What this enrolment gives to see at this moment; nothing without a confirmed place, or for strangers. Three statements.

    Asked anew with each request: whoever has lost the place, or acts for the person no more, sees nothing (S-04).
    """
    if not _may_see(actor, enrolment):
        return ()
    materials = await materials_of(session, enrolment.run_id)
    if not materials:
        return ()
    run = await session.get_one(Run, enrolment.run_id)
    sessions = await _sessions(session, {one.session_id for one in materials if one.session_id})
    mine: Collection[UUID] | None = None
    if enrolment.is_drop_in:
        mine = (await chosen_sessions(session, [enrolment.id])).get(enrolment.id, frozenset())
    found = []
    for one in materials:
        meeting = sessions.get(one.session_id) if one.session_id else None
        starts_at = meeting.starts_at if meeting else None
        is_theirs = mine is None or one.session_id is None or one.session_id in mine
        if is_theirs and rules.is_shown(one, now, session_starts_at=starts_at, run_ends_at=run.ends_at):
            found.append(Shown(one, meeting, rules.is_new(one, now, starts_at)))
    return found


async def counts_shown(
    session: AsyncSession, actor: Actor, enrolments: Sequence[tuple[Enrolment, Run]], now: datetime
) -> Mapping[UUID, tuple[int, int]]:
    """How many materials each of these enrolments gives to see, and how many of them are new; at most three statements."""
    mine = [(one, run) for one, run in enrolments if _may_see(actor, one)]
    if not mine:
        return {}
    materials: dict[UUID, list[Material]] = defaultdict(list)
    wanted = select(Material).where(
        Material.run_id.in_({run.id for _, run in mine}), Material.deleted_at.is_(None)
    )
    for material in await session.scalars(wanted):
        materials[material.run_id].append(material)
    sessions = await _sessions(
        session, {one.session_id for some in materials.values() for one in some if one.session_id}
    )
    alone = [one.id for one, run in mine if one.is_drop_in and materials[run.id]]
    chosen = await chosen_sessions(session, alone) if alone else {}
    found = {}
    for enrolment, run in mine:
        own = chosen.get(enrolment.id, frozenset()) if enrolment.is_drop_in else None
        shown = new = 0
        for one in materials[run.id]:
            meeting = sessions.get(one.session_id) if one.session_id else None
            starts_at = meeting.starts_at if meeting else None
            is_theirs = own is None or one.session_id is None or one.session_id in own
            if is_theirs and rules.is_shown(one, now, session_starts_at=starts_at, run_ends_at=run.ends_at):
                shown += 1
                new += rules.is_new(one, now, starts_at)
        if shown:
            found[enrolment.id] = (shown, new)
    return found


async def file_for_learner(
    session: AsyncSession, actor: Actor, enrolment_id: UUID, material_id: UUID, now: datetime
) -> Material:
    """The file of one's own course. Raises NotFound when it is not there, or not to be seen (any more)."""
    enrolment = await session.get(Enrolment, enrolment_id)
    shown = await shown_to(session, actor, enrolment, now) if enrolment else ()
    return _file_among([one.material for one in shown], material_id)


async def file_for_trainer(session: AsyncSession, actor: Actor, run_id: UUID, material_id: UUID) -> Material:
    """The file of a run that one teaches. Raises NotFound."""
    await taught_run(session, actor, run_id)
    return _file_among(await materials_of(session, run_id), material_id)


async def earlier_runs(session: AsyncSession, actor: Actor, taught: Taught) -> Sequence[tuple[Run, int]]:
    """Other runs of the same course with materials, the newest first, which this actor may read; with how many. One statement.

    A trainer takes over only what they taught themselves; the programme team anything.
    """
    count = (
        select(func.count())
        .select_from(Material)
        .where(Material.run_id == Run.id, Material.deleted_at.is_(None))
        .correlate(Run)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Run, count)
        .where(Run.course_id == taught.course.id, Run.id != taught.run.id, count > 0)
        .order_by(Run.starts_at.desc(), Run.number.desc())
        .limit(LISTED_RUNS)
    )
    found = [(run, num) for run, num in rows]
    if policy.may_keep_materials(actor, teaches=False):
        return found
    return [(run, num) for run, num in found if await is_teacher(session, actor, run.id)]


def _may_see(actor: Actor, enrolment: Enrolment) -> bool:
    """Themselves, the household, whose mandate lets them see; being staff does not count here."""
    return enrolment.state is EnrolmentState.CONFIRMED and enrolment.person_id in actor.persons_for(
        "R", "lesson"
    )


def _file_among(materials: Collection[Material], material_id: UUID) -> Material:
    for one in materials:
        if one.id == material_id and one.kind is MaterialKind.FILE:
            return one
    raise NotFound


async def _sessions(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Session]:
    if not ids:
        return {}
    rows = await session.scalars(select(Session).where(Session.id.in_(list(ids))))
    return {one.id: one for one in rows}
