"""Whom a change of rules would affect. What is issued stays as it is; whoever changes a rule should know all the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.certification.eligibility.models import CourseRule, FundingProgramme, RunRule
from lms.certification.eligibility.reading import Candidate, candidates, learnt_by, rules_of
from lms.certification.eligibility.rule_setting import CourseTerms, ProgrammeTerms
from lms.certification.eligibility.rules import Asked, Rules, Standing, kind_for, standing
from lms.enrolment.models import Enrolment
from lms.kernel.errors import NotFound
from lms.learning.completion import done_lessons, lessons_of_runs

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


async def effect_of_course(session: AsyncSession, course_id: UUID, terms: CourseTerms) -> Effect:
    """What these rules would mean for the latest runs of a course; five statements."""
    new = CourseRule(
        course_id=course_id,
        kinds=list(terms.kinds),
        exam_de=terms.exam_de,
        exam_en=terms.exam_en,
        excused=terms.excused,
        lessons_percent=terms.lessons_percent,
        quizzes=list(terms.quizzes),
        mix=terms.mix,
    )
    runs = await _latest(session, Run.course_id == course_id)
    return await _effect(session, runs, lambda rules: replace(rules, course=new))


async def effect_of_run(
    session: AsyncSession, run_id: UUID, threshold_percent: int | None, programme_id: UUID | None
) -> Effect:
    """What this share and this programme would mean for a run; five statements. Raises NotFound."""
    programme = await session.get(FundingProgramme, programme_id) if programme_id else None
    new = RunRule(run_id=run_id, threshold_percent=threshold_percent, programme_id=programme_id)
    return await _effect(session, [run_id], lambda rules: replace(rules, run=new, programme=programme))


async def effect_of_programme(session: AsyncSession, programme_id: UUID, terms: ProgrammeTerms) -> Effect:
    """What these terms would mean for the latest runs that a programme pays for; five statements."""
    new = FundingProgramme(name=terms.name, threshold_percent=terms.threshold_percent, excused=terms.excused)
    paid = Run.id.in_(select(RunRule.run_id).where(RunRule.programme_id == programme_id))
    return await _effect(session, await _latest(session, paid), lambda rules: replace(rules, programme=new))


async def _effect(
    session: AsyncSession, run_ids: Sequence[UUID], changed: Callable[[Rules], Rules]
) -> Effect:
    wanted = {run_id: changed(rules).asked() for run_id, rules in (await rules_of(session, run_ids)).items()}
    if not wanted.keys() >= set(run_ids):
        raise NotFound
    return await effect_of(session, wanted)


async def effect_of(session: AsyncSession, wanted: Mapping[UUID, Asked]) -> Effect:
    """What it would mean if these runs asked for this; three statements, five more where lessons count."""
    people = await candidates(session, *wanted) if wanted else ()
    learning = [run_id for run_id, asked in wanted.items() if asked.asks_learning]
    lessons = await lessons_of_runs(session, learning)
    done = await done_lessons(session, Enrolment.run_id.in_(learning)) if learning else {}
    found = []
    for one in people:
        outcome = one.exam.outcome if one.exam is not None else None
        asked = wanted[one.run_id]
        then = standing(
            one.days,
            asked,
            outcome,
            learnt_by(asked, lessons.get(one.run_id, ()), done.get(one.enrolment_id, ())),
        )
        gets_another = then.has_earned and kind_for(asked, outcome) is not one.kind
        if then.has_earned is not one.standing.has_earned or gets_another:
            found.append(Affected(one, then))
    return Effect(sum(one.certificate is not None for one in people), found)


async def _latest(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[UUID]:
    return (
        await session.scalars(
            select(Run.id)
            .where(which, Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]))
            .order_by(Run.starts_at.desc(), Run.id)
            .limit(LATEST_RUNS)
        )
    ).all()
