"""Setting what courses, runs and funding programmes ask for. Nothing that is issued changes by it.

Every public method is one transaction. Whoever decided on an older state gets Stale.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.audit.trail import record
from lms.catalogue.distance_models import FactSource
from lms.catalogue.distance_reading import note_fact
from lms.catalogue.models import Course, Run
from lms.certification.eligibility import policy
from lms.certification.eligibility.completion import Mix
from lms.certification.eligibility.errors import NameTaken, NotCovered
from lms.certification.eligibility.models import CourseRule, Excused, FundingProgramme, RunRule
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.queries import run_of
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTerms:
    """What a course asks and gives; see `CourseRule`."""

    kinds: tuple[str, ...] = (Kind.ATTENDANCE.value,)
    exam_de: str = ""
    exam_en: str = ""
    excused: Excused = Excused.MISSED
    valid_months: int | None = None
    leave_text_de: str = ""
    leave_text_en: str = ""
    leave_number: str = ""
    leave_recognised_on: date | None = None
    lessons_percent: int | None = None
    quizzes: tuple[str, ...] = ()
    mix: Mix = Mix.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeTerms:
    """What a funding programme asks; see `FundingProgramme`."""

    name: str
    threshold_percent: int | None = None
    excused: Excused | None = None
    text_de: str = ""
    text_en: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


class CertificateRules:
    """What staff can do about rules."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set_course(
        self, actor: Actor, *, course_id: UUID, terms: CourseTerms, version: int
    ) -> CourseRule:
        """What this course asks from now on; `version` is the one that was read, 0 where there was none."""
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            if await session.get(Course, course_id, with_for_update=True) is None:
                raise NotFound
            kept = await session.scalar(select(CourseRule).where(CourseRule.course_id == course_id))
            _ensure_current(kept, version)
            before = _facts(kept, CourseTerms) if kept else {}
            rule = kept or CourseRule(course_id=course_id, version=0)
            _take_over(rule, terms)
            session.add(rule)
            checks = rule.needs_exam or rule.lessons_percent is not None or bool(rule.quizzes)
            await note_fact(
                session, course_id=course_id, source=FactSource.CERTIFICATE, is_checked=checks
            )  # the question whether it is distance learning depends on it
            self._record(session, actor, "course", course_id, before, _facts(rule, CourseTerms))
        return rule

    @retried
    async def set_run(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        threshold_percent: int | None,
        programme_id: UUID | None,
        version: int,
    ) -> RunRule:
        """What this run asks from now on. Raises NotCovered for a programme that is over or not for this time."""
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            kept = await session.scalar(select(RunRule).where(RunRule.run_id == run_id))
            _ensure_current(kept, version)
            has_it = kept is not None and kept.programme_id == programme_id
            if programme_id is not None and not has_it:
                await _ensure_covered(session, programme_id, run)
            before = _of_run(kept) if kept else {}
            rule = kept or RunRule(run_id=run_id, version=0)
            rule.threshold_percent, rule.programme_id = threshold_percent, programme_id
            rule.version += 1
            session.add(rule)
            self._record(session, actor, "run", run_id, before, _of_run(rule))
        return rule

    @retried
    async def add_programme(
        self, actor: Actor, *, programme_id: UUID, terms: ProgrammeTerms
    ) -> FundingProgramme:
        """A new programme; its id comes from the form, so that sending it twice makes one. Raises NameTaken."""
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            kept = await session.get(FundingProgramme, programme_id)
            if kept is not None:
                return kept
            await _ensure_name_free(session, terms.name, programme_id)
            programme = FundingProgramme(id=programme_id, name=terms.name, version=0)
            _take_over(programme, terms)
            session.add(programme)
            self._record(
                session, actor, "funding-programme", programme_id, {}, _facts(programme, ProgrammeTerms)
            )
        return programme

    @retried
    async def change_programme(
        self, actor: Actor, *, programme_id: UUID, terms: ProgrammeTerms, version: int
    ) -> FundingProgramme:
        """It asks for something else from now on, in every run that has it. Raises NameTaken, Stale."""
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            programme = await _programme(session, programme_id)
            _ensure_current(programme, version)
            await _ensure_name_free(session, terms.name, programme_id)
            before = _facts(programme, ProgrammeTerms)
            _take_over(programme, terms)
            after = _facts(programme, ProgrammeTerms)
            self._record(session, actor, "funding-programme", programme_id, before, after)
        return programme

    @retried
    async def retire_programme(self, actor: Actor, *, programme_id: UUID) -> None:
        """No further run can have it; those that have it keep it. Twice is as good as once."""
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            programme = await _programme(session, programme_id)
            if programme.retired_at is None:
                programme.retired_at = self.clock()
                programme.version += 1
                self._record(session, actor, "funding-programme", programme_id, {}, {"retired": True})

    def _record(
        self,
        session: AsyncSession,
        actor: Actor,
        kind: str,
        object_id: UUID,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        record(
            session,
            actor,
            "certificate_rule.changed",
            at=self.clock(),
            kind=kind,
            object_id=object_id,
            before={name: value for name, value in before.items() if name in changed},
            after={name: value for name, value in after.items() if name in changed},
        )


def _ensure_current(kept: CourseRule | RunRule | FundingProgramme | None, version: int) -> None:
    if version != (kept.version if kept else 0):
        raise Stale


def _take_over(row: CourseRule | FundingProgramme, terms: CourseTerms | ProgrammeTerms) -> None:
    for item in fields(terms):
        value = getattr(terms, item.name)
        setattr(row, item.name, list(value) if isinstance(value, tuple) else value)
    row.version += 1


def _facts(
    row: CourseRule | FundingProgramme, terms: type[CourseTerms] | type[ProgrammeTerms]
) -> dict[str, Any]:
    values = {item.name: getattr(row, item.name) for item in fields(terms)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _of_run(rule: RunRule) -> dict[str, Any]:
    programme = str(rule.programme_id) if rule.programme_id else None
    return {"threshold_percent": rule.threshold_percent, "programme": programme}


async def _programme(session: AsyncSession, programme_id: UUID) -> FundingProgramme:
    programme = await session.get(FundingProgramme, programme_id, with_for_update=True)
    if programme is None:
        raise NotFound
    return programme


async def _ensure_name_free(session: AsyncSession, name: str, programme_id: UUID) -> None:
    taken = select(FundingProgramme.id).where(
        FundingProgramme.name == name, FundingProgramme.id != programme_id
    )
    if await session.scalar(taken) is not None:
        raise NameTaken


async def _ensure_covered(session: AsyncSession, programme_id: UUID, run: Run) -> None:
    programme = await _programme(session, programme_id)
    begins = local(run.starts_at).date() if run.starts_at else None
    if programme.retired_at is not None or not programme.covers(begins):
        raise NotCovered
