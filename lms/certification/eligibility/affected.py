"""Whom a change of rules would affect. What is issued stays as it is; whoever changes a rule should know all the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.certification.eligibility.models import RunRule
from lms.certification.eligibility.reading import Candidate, candidates
from lms.certification.eligibility.rules import Asked, Standing, kind_for, standing

LATEST_RUNS = 40
"""Of a course or a programme with more runs only these are looked through."""


@dataclass(frozen=True, slots=True)
class Affected:
    """Somebody who stands otherwise under the new rule."""

    person: Candidate
    then: Standing

    @property
    def loses(self) -> bool:
        """Whether they have earned it now and would not have then."""
        return not self.then.has_earned


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of rules means: `issued` certificates stand in its runs and stay as they are."""

    issued: int = 0
    people: Sequence[Affected] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is anything to consider before it is done."""
        return bool(self.issued or self.people)


async def effect_of(session: AsyncSession, wanted: Mapping[UUID, Asked]) -> Effect:
    """What it would mean if these runs asked for this; three statements."""
    people = await candidates(session, *wanted) if wanted else ()
    found = []
    for one in people:
        outcome = one.exam.outcome if one.exam is not None else None
        then = standing(one.days, wanted[one.run_id], outcome)
        gets_another = then.has_earned and kind_for(wanted[one.run_id], outcome) is not one.kind
        if then.has_earned is not one.standing.has_earned or gets_another:
            found.append(Affected(one, then))
    return Effect(sum(one.certificate is not None for one in people), found)


async def runs_of_course(session: AsyncSession, course_id: UUID) -> Sequence[UUID]:
    """The latest runs of a course."""
    return await _latest(session, Run.course_id == course_id)


async def runs_of_programme(session: AsyncSession, programme_id: UUID) -> Sequence[UUID]:
    """The latest runs that a programme pays for."""
    return await _latest(
        session, Run.id.in_(select(RunRule.run_id).where(RunRule.programme_id == programme_id))
    )


async def _latest(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[UUID]:
    return (
        await session.scalars(
            select(Run.id)
            .where(which, Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]))
            .order_by(Run.starts_at.desc(), Run.id)
            .limit(LATEST_RUNS)
        )
    ).all()
