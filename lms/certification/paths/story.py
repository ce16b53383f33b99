"""A path as everybody reads it: the order, what comes before what, when each course is offered next, and where one stands."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.certification.paths.models import Path, PathModule
from lms.certification.paths.queries import Module, WholePath, held_modules, path_of, paths
from lms.certification.paths.rules import done, next_step
from lms.enrolment.conditions.queries import prerequisites_of
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.kernel.errors import NotFound

OFFERED = (RunState.PUBLISHED, RunState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Step:
    """One course on the way. `offered` is its next run that people can still come to."""

    module: Module
    needed: Sequence[Course] = ()
    advised: Sequence[Course] = ()
    offered: Run | None = None
    is_held: bool = False
    """Whether one holds its certificate."""
    has_place: bool = False
    """Whether one has, or had, a place in a run of it."""
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A path for one reader; without a person it says nothing about where one stands."""

    whole: WholePath
    steps: Sequence[Step]
    done: int = 0
    is_mine: bool = False

    @property
    def total(self) -> int:
        """How many certificates lead to the end."""
        return self.whole.demand.total

    @property
    def next(self) -> Step | None:
        """What comes next for this reader."""
        return next((step for step in self.steps if step.is_next), None)


async def path_story(session: AsyncSession, path_id: UUID, *, person_id: UUID | None, now: datetime) -> Story:
    """The path for this person, or for nobody in particular; six statements. Raises NotFound for one that has ended."""
    whole = await path_of(session, path_id)
    if whole.path.retired_at is not None:
        raise NotFound
    order = [module.course.id for module in whole.modules]
    before = await prerequisites_of(session, order)
    offered = await _next_runs(session, order, now)
    held: frozenset[UUID] = frozenset()
    taken: frozenset[UUID] = frozenset()
    if person_id is not None:
        certificates = await held_modules(
            session, course_ids=order, today=local(now).date(), person_ids=[person_id]
        )
        held = frozenset(certificates.get(person_id, {}))
        needed_ids = {course.id for rows in before.values() for course, _ in rows}
        taken = await _taken(session, person_id, {*order, *needed_ids})
    asked = {
        course_id: [course.id for course, is_needed in rows if is_needed]
        for course_id, rows in before.items()
    }
    following = next_step(whole.demand, held, taken, order, asked)
    return Story(
        whole=whole,
        steps=[
            Step(
                module=module,
                needed=[course for course, is_needed in before.get(module.course.id, ()) if is_needed],
                advised=[course for course, is_needed in before.get(module.course.id, ()) if not is_needed],
                offered=offered.get(module.course.id),
                is_held=module.course.id in held,
                has_place=module.course.id in taken,
                is_next=module.course.id == following,
            )
            for module in whole.modules
        ],
        done=done(whole.demand, held),
        is_mine=person_id is not None,
    )


async def paths_in_use(session: AsyncSession) -> Sequence[WholePath]:
    """The paths that visitors read of, by title; two statements."""
    return await paths(session, Path.retired_at.is_(None))


async def paths_with(session: AsyncSession, course_id: UUID) -> Sequence[Path]:
    """The paths in use that a course belongs to, by title; one statement."""
    found = await session.scalars(
        select(Path)
        .join(PathModule, PathModule.path_id == Path.id)
        .where(PathModule.course_id == course_id, Path.retired_at.is_(None))
        .order_by(Path.title_de, Path.id)
    )
    return found.all()


async def _next_runs(
    session: AsyncSession, course_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, Run]:
    rows = await session.scalars(
        select(Run)
        .where(
            Run.course_id.in_(list(course_ids)),
            Run.state.in_(OFFERED),
            Run.company_id.is_(None),
            Run.starts_at > now,
            or_(Run.enrolment_closes_at.is_(None), Run.enrolment_closes_at > now),
        )
        .order_by(Run.starts_at, Run.number)
    )
    found: dict[UUID, list[Run]] = defaultdict(list)
    for run in rows:
        found[run.course_id].append(run)
    return {course_id: runs[0] for course_id, runs in found.items()}


async def _taken(session: AsyncSession, person_id: UUID, course_ids: Collection[UUID]) -> frozenset[UUID]:
    rows = await session.scalars(
        select(Run.course_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.is_drop_in.is_(False),
            Run.course_id.in_(list(course_ids)),
        )
        .distinct()
    )
    return frozenset(rows)
