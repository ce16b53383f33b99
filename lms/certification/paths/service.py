"""What the team does about paths; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.audit.trail import record
from lms.catalogue.models import Course
from lms.certification import policy
from lms.certification.issuing.orders import Order
from lms.certification.paths.errors import (
    ChoicesWithoutNumber,
    NoModules,
    PathRetired,
    TooFewChoices,
)
from lms.certification.paths.models import Path, PathModule
from lms.certification.paths.queries import finishers, path_of
from lms.certification.paths.rules import demand_of
from lms.certification.subjects import along_path
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Plan:
    """A path as the team wants it: the courses in order, and whether everybody needs each."""

    title_de: str
    title_en: str
    outcome_de: str
    outcome_en: str
    modules: Sequence[tuple[UUID, bool]]
    choices_needed: int = 0


class Paths:
    """Adding, changing and ending paths, and who gets their certificate."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(self, actor: Actor, plan: Plan, *, path_id: UUID) -> Path:
        """Add a path. `path_id` comes from the form: sent twice it is one path. Raises NoModules and its neighbours."""
        ensure(policy.may_issue(actor), actor)
        _ensure_sound(plan)
        now = self.clock()
        async with self.begin() as session:
            known = await session.get(Path, path_id)
            if known is not None:
                return known
            path = Path(
                id=path_id,
                title_de=plan.title_de,
                title_en=plan.title_en,
                outcome_de=plan.outcome_de,
                outcome_en=plan.outcome_en,
                choices_needed=plan.choices_needed,
                created_at=now,
            )
            session.add(path)
            await session.flush()
            await _put_modules(session, path.id, plan)
            record(
                session,
                actor,
                "path.added",
                at=now,
                kind="path",
                object_id=path.id,
                after=_facts(plan),
            )
        return path

    @retried
    async def change(self, actor: Actor, plan: Plan, *, path_id: UUID, version: int) -> Path:
        """Change a path; certificates it has given stay what they are. Raises Stale when `version` is not the newest."""
        ensure(policy.may_issue(actor), actor)
        _ensure_sound(plan)
        now = self.clock()
        async with self.begin() as session:
            path = await _locked(session, path_id)
            if path.version != version:
                raise Stale
            before = {"title": path.title_de, "choices_needed": path.choices_needed}
            path.title_de, path.title_en = plan.title_de, plan.title_en
            path.outcome_de, path.outcome_en = plan.outcome_de, plan.outcome_en
            path.choices_needed = plan.choices_needed
            path.version += 1
            await session.execute(delete(PathModule).where(PathModule.path_id == path_id))
            await _put_modules(session, path_id, plan)
            record(
                session,
                actor,
                "path.changed",
                at=now,
                kind="path",
                object_id=path_id,
                before=before,
                after=_facts(plan),
            )
        return path

    @retried
    async def retire(self, actor: Actor, *, path_id: UUID) -> None:
        """Let a path give no new certificates. Twice is as good as once."""
        ensure(policy.may_issue(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            path = await _locked(session, path_id)
            if path.retired_at is not None:
                return
            path.retired_at = now
            path.version += 1
            record(session, actor, "path.retired", at=now, kind="path", object_id=path_id)

    @retried
    async def take_up_again(self, actor: Actor, *, path_id: UUID) -> None:
        """Let an ended path give certificates again. Twice is as good as once."""
        ensure(policy.may_issue(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            path = await _locked(session, path_id)
            if path.retired_at is None:
                return
            path.retired_at = None
            path.version += 1
            record(session, actor, "path.taken_up", at=now, kind="path", object_id=path_id)

    async def orders(self, actor: Actor, *, path_id: UUID, language: str = "") -> Sequence[Order]:
        """One order for everybody who has completed the path and does not hold its certificate. Raises PathRetired."""
        ensure(policy.may_issue(actor), actor)
        async with self.begin.reading() as session:
            whole = await path_of(session, path_id)
            if whole.path.retired_at is not None:
                raise PathRetired
            return [
                path_order(path_id, one.person.id, language)
                for one in await finishers(session, whole, today=today(self.clock))
                if one.certificate is None
            ]


def path_order(path_id: UUID, person_id: UUID, language: str = "") -> Order:
    """The certificate of this path for this person."""
    return Order(
        kind=Kind.PATH,
        subject=along_path(path_id, person_id),
        person_id=person_id,
        language=language,
        particulars={"path_id": str(path_id)},
    )


def _ensure_sound(plan: Plan) -> None:
    demand = demand_of(plan.modules, plan.choices_needed)
    if not plan.modules:
        raise NoModules
    if plan.choices_needed > len(demand.choices):
        raise TooFewChoices
    if demand.choices and not plan.choices_needed:
        raise ChoicesWithoutNumber
    if not demand.is_sound:
        raise NoModules


async def _put_modules(session: AsyncSession, path_id: UUID, plan: Plan) -> None:
    courses = [course_id for course_id, _ in plan.modules]
    known = (await session.scalars(select(Course.id).where(Course.id.in_(courses)))).all()
    if len(known) != len(courses):
        raise NotFound
    session.add_all(
        PathModule(path_id=path_id, course_id=course_id, position=position, is_required=is_required)
        for position, (course_id, is_required) in enumerate(plan.modules)
    )
    await session.flush()


async def _locked(session: AsyncSession, path_id: UUID) -> Path:
    path = await session.get(Path, path_id, with_for_update=True)
    if path is None:
        raise NotFound
    return path


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title_de,
        "modules": [str(course_id) for course_id, _ in plan.modules],
        "choices_needed": plan.choices_needed,
    }
