"""Entering how exams went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.errors import NotInThisRun
from lms.attendance.meetings import is_teacher
from lms.audit.trail import record
from lms.certification.eligibility import policy
from lms.certification.eligibility.errors import CertificateStands, NoExam, TooManyPoints
from lms.certification.eligibility.models import ExamOutcome, ExamResult
from lms.certification.eligibility.reading import Candidate, asked_of, candidates
from lms.certification.models import BatchItem, BatchItemState
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.queries import run_of
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class NewResult:
    """How one person's exam went. `version` is that of the result that was read, 0 where there was none."""

    enrolment_id: UUID
    outcome: ExamOutcome
    held_on: date
    points: int | None = None
    out_of: int | None = None
    version: int = 0


class Exams:
    """What staff and the trainers of a run can do about results; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def is_held(self, run_id: UUID) -> bool:
        """Whether this run ends with an exam."""
        async with self.begin.reading() as session:
            asked = await asked_of(session, [run_id])
        return run_id in asked and asked[run_id].needs_exam

    @retried
    async def enter(self, actor: Actor, *, run_id: UUID, results: Sequence[NewResult]) -> None:
        """Keep these results, all or none; who is not named keeps theirs, and every change is in the audit trail.

        Raises NotFound for somebody else's run, NoExam, NotInThisRun, TooManyPoints, CertificateStands, and Stale where
        another one has entered something else since.
        """
        async with self.begin() as session:
            teaches = await is_teacher(session, actor, run_id)
            if not policy.may_enter_results(actor, teaches=teaches):
                raise NotFound
            await run_of(session, run_id, lock=True)  # entering and issuing wait for each other
            wanted = (await asked_of(session, [run_id]))[run_id]
            if not wanted.needs_exam:
                raise NoExam
            people = {one.enrolment_id: one for one in await candidates(session, run_id)}
            if any(one.enrolment_id not in people for one in results):
                raise NotInThisRun
            changed = [one for one in results if not _is_kept(people[one.enrolment_id].exam, one)]
            self._ensure_possible(changed, people)
            await ensure_not_issued(session, [people[one.enrolment_id] for one in changed])
            for one in changed:
                self._keep(session, actor, people[one.enrolment_id], one, exam=wanted.exam_de)

    @staticmethod
    def _ensure_possible(changed: Sequence[NewResult], people: Mapping[UUID, Candidate]) -> None:
        for one in changed:
            kept = people[one.enrolment_id].exam
            if one.version != (kept.version if kept else 0):
                raise Stale
            if one.points is not None and (one.out_of is None or one.points > one.out_of):
                raise TooManyPoints

    def _keep(
        self, session: AsyncSession, actor: Actor, person: Candidate, one: NewResult, *, exam: str
    ) -> None:
        now, kept = self.clock(), person.exam
        before = facts(kept) if kept else {}
        row = kept or ExamResult(
            enrolment_id=one.enrolment_id,
            exam=exam,
            outcome=one.outcome,
            held_on=one.held_on,
            entered_at=now,
            entered_by=actor.account_id,
            version=0,
        )
        row.exam, row.outcome, row.held_on = exam, one.outcome, one.held_on
        row.points, row.out_of = one.points, one.out_of if one.points is not None else None
        row.entered_at, row.entered_by = now, actor.account_id
        row.version += 1
        session.add(row)
        record(
            session,
            actor,
            "exam_result.corrected" if kept else "exam_result.entered",
            at=now,
            kind="enrolment",
            object_id=one.enrolment_id,
            person_id=person.person_id,
            before=before,
            after=facts(row),
        )


def _is_kept(kept: ExamResult | None, one: NewResult) -> bool:
    """Whether exactly this stands already: sent twice is entered once."""
    if kept is None:
        return False
    out_of = one.out_of if one.points is not None else None
    return (kept.outcome, kept.held_on, kept.points, kept.out_of) == (
        one.outcome,
        one.held_on,
        one.points,
        out_of,
    )


async def ensure_not_issued(session: AsyncSession, people: Sequence[Candidate]) -> None:
    """Raise CertificateStands where one of these people has a certificate, or is about to get one."""
    under_way = set(
        await session.scalars(
            select(BatchItem.enrolment_id).where(
                BatchItem.enrolment_id.in_([one.enrolment_id for one in people]),
                BatchItem.state == BatchItemState.WAITING,
            )
        )
    )
    names = [one.name for one in people if one.certificate is not None or one.enrolment_id in under_way]
    if names:
        raise CertificateStands(names=", ".join(names))


def facts(row: ExamResult) -> dict[str, Any]:
    """What the trail keeps of a result."""
    return {
        "outcome": row.outcome.value,
        "held_on": row.held_on.isoformat(),
        "points": row.points,
        "out_of": row.out_of,
    }
