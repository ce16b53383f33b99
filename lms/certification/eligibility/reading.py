"""Who stands before a certificate and on what it rests, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind, Result
from lms.attendance.days import Day, days_of
from lms.catalogue.models import Course, Run
from lms.certification.eligibility.completion import NOTHING_LEARNT, Learnt, Lesson, learnt
from lms.certification.eligibility.models import (
    CourseRule,
    ExamOutcome,
    ExamResult,
    FundingProgramme,
    RunRule,
)
from lms.certification.eligibility.rules import Asked, Rules, Standing, kind_for, standing
from lms.certification.eligibility.words import reasons
from lms.certification.models import Certificate, CertificateState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.learning.completion import Part, done_lessons, lessons_of_runs
from lms.people.models import Person

TAKING_PART = (Kind.ATTENDANCE.value, Kind.EXAMINED.value)
"""The kinds of which one stands for each enrolment."""
BEFORE_A_CERTIFICATE = and_(Enrolment.state == EnrolmentState.CONFIRMED, Enrolment.is_drop_in.is_(False))
"""Who has a place in the whole run: single sessions earn no certificate."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of a run, what they attended, and the certificate they hold already; `kind` is the paper they are to get."""

    enrolment_id: UUID
    person_id: UUID
    name: str
    standing: Standing
    certificate: Certificate | None
    run_id: UUID
    asked: Asked
    days: Sequence[Day] = ()
    exam: ExamResult | None = None
    lessons: Sequence[Part] = ()
    """Those of the run, where they count."""
    lessons_done: frozenset[UUID] = frozenset()

    @property
    def kind(self) -> Kind:
        """The paper that they are to get."""
        return kind_for(self.asked, _outcome(self.exam))

    @property
    def reasons(self) -> Sequence[str]:
        """Why they have not earned it, about the person, in sentences in the reader's language."""
        return reasons(self.standing, self.asked, self.exam)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a paper says about taking part; `result` only where it is the paper of an exam."""

    attended_minutes: int
    planned_minutes: int
    days_attended: tuple[date, ...]
    result: Result | None
    programme_note: str
    kind: Kind
    programme_note_en: str = ""
    """The same in English; empty where nobody has written it."""
    threshold_percent: int | None = None
    """The part of the planned units that was asked for."""
    sessions_attended: tuple[UUID, ...] = ()
    """The sessions at which they were there, their own and those in which they made one up, in order of time."""
    unmarked: int = 0
    """How many sessions of their run have no mark yet."""
    exam_en: str = ""
    """The name of the exam in English; empty where nobody has written it."""
    learnt: Learnt = NOTHING_LEARNT
    """How far they are with the lessons, where they count."""
    has_earned: bool = True
    """Whether everything that is asked for is there: who asks a moment after the batch began may learn otherwise."""


async def candidates(session: AsyncSession, *run_ids: UUID) -> Sequence[Candidate]:
    """Everybody with a place in these whole runs, by family name; three statements for any number of runs and people.

    Where lessons count they are five more. Raises NotFound for a run that does not exist.
    """
    wanted = await asked_of(session, run_ids)
    if not wanted.keys() >= set(run_ids):
        raise NotFound
    return await _candidates(session, wanted, Enrolment.run_id.in_(run_ids), BEFORE_A_CERTIFICATE)


async def candidate_of(session: AsyncSession, enrolment_id: UUID) -> Candidate:
    """One person with a place in a whole run. Raises NotFound."""
    run_id = await session.scalar(select(Enrolment.run_id).where(Enrolment.id == enrolment_id))
    if run_id is None:
        raise NotFound
    wanted = await asked_of(session, [run_id])
    found = await _candidates(session, wanted, Enrolment.id == enrolment_id, BEFORE_A_CERTIFICATE)
    if not found:
        raise NotFound
    return found[0]


async def asked_of(session: AsyncSession, run_ids: Collection[UUID]) -> Mapping[UUID, Asked]:
    """What each of these runs asks; one statement."""
    return {run_id: rules.asked() for run_id, rules in (await rules_of(session, run_ids)).items()}


async def rules_of(session: AsyncSession, run_ids: Collection[UUID]) -> Mapping[UUID, Rules]:
    """The rules from which it follows what each of these runs asks; one statement."""
    rows = await session.execute(
        select(Run.id, Course.certificate_threshold_percent, CourseRule, RunRule, FundingProgramme)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(CourseRule, CourseRule.course_id == Course.id)
        .outerjoin(RunRule, RunRule.run_id == Run.id)
        .outerjoin(FundingProgramme, FundingProgramme.id == RunRule.programme_id)
        .where(Run.id.in_(run_ids))
    )
    return {row[0]: Rules(row[1], row[2], row[3], row[4]) for row in rows}


async def evidence_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, Evidence]:
    """What the papers of these enrolments rest on, as it stands now; four statements for any number of them."""
    found = await candidates_among(session, list(enrolment_ids))
    return {enrolment_id: _evidence(one) for enrolment_id, one in found.items()}


async def candidates_among(
    session: AsyncSession, enrolment_ids: Collection[UUID] | Select[UUID]
) -> Mapping[UUID, Candidate]:
    """How these enrolments stand, whatever runs they are in, by enrolment; four statements for any number of them."""
    chosen = Enrolment.id.in_(enrolment_ids)
    run_ids = set(await session.scalars(select(Enrolment.run_id).where(chosen).distinct()))
    found = await _candidates(session, await asked_of(session, run_ids), chosen)
    return {one.enrolment_id: one for one in found}


async def _candidates(
    session: AsyncSession, wanted: Mapping[UUID, Asked], *conditions: ColumnElement[bool]
) -> Sequence[Candidate]:
    rows = (
        await session.execute(
            select(Enrolment.id, Enrolment.run_id, Person, Certificate, ExamResult)
            .join(Person, Person.id == Enrolment.person_id)
            .outerjoin(
                Certificate,
                and_(
                    Certificate.enrolment_id == Enrolment.id,
                    Certificate.kind.in_(TAKING_PART),
                    Certificate.state == CertificateState.ISSUED,
                ),
            )
            .outerjoin(ExamResult, ExamResult.enrolment_id == Enrolment.id)
            .where(*conditions)
            .order_by(Person.family_name, Person.given_name, Enrolment.id)
        )
    ).all()
    days = await days_of(session, *conditions)
    learning = [run_id for run_id, asked in wanted.items() if asked.asks_learning]
    lessons = await lessons_of_runs(session, learning) if rows else {}
    done = await done_lessons(session, *conditions) if learning and rows else {}
    return [
        Candidate(
            enrolment_id=enrolment_id,
            person_id=person.id,
            name=person.name,
            standing=standing(
                days.get(enrolment_id, ()), wanted[run_id], _outcome(exam),
                learnt_by(wanted[run_id], lessons.get(run_id, ()), done.get(enrolment_id, ())),
            ),
            lessons=lessons.get(run_id, ()),
            lessons_done=done.get(enrolment_id, frozenset()),
            certificate=certificate,
            run_id=run_id,
            asked=wanted[run_id],
            days=days.get(enrolment_id, ()),
            exam=exam,
        )
        for enrolment_id, run_id, person, certificate, exam in rows
    ]  # fmt: skip


def learnt_by(wanted: Asked, parts: Sequence[Part], done: Collection[UUID]) -> Learnt:
    """How far somebody who has done these lessons is with what is asked."""
    if not wanted.asks_learning:
        return NOTHING_LEARNT
    return learnt(
        [Lesson(one.lesson_id, one.title, one.needed) for one in parts],
        done,
        lessons_percent=wanted.lessons_percent,
        quizzes=wanted.quizzes,
    )


def _outcome(exam: ExamResult | None) -> ExamOutcome | None:
    return None if exam is None else exam.outcome


def _evidence(one: Candidate) -> Evidence:
    programme = one.asked.programme
    result, exam_en = None, ""
    if one.kind is Kind.EXAMINED and one.exam is not None:
        result = Result(
            exam=one.exam.exam,
            held_on=one.exam.held_on,
            points=one.exam.points,
            out_of=one.exam.out_of,
        )
        exam_en = (
            one.asked.exam_en if one.exam.exam == one.asked.exam_de else ""
        )  # renamed since: not its name
    there = sorted(
        (day.attended_at, day.attended_session)
        for day in one.days
        if day.attended_at and day.attended_session
    )
    return Evidence(
        attended_minutes=one.standing.attended_minutes,
        planned_minutes=one.standing.planned_minutes,
        days_attended=tuple(dict.fromkeys(local(moment).date() for moment, _ in there)),
        result=result,
        programme_note=programme.text_de if programme else "",
        kind=one.kind,
        programme_note_en=programme.text_en if programme else "",
        threshold_percent=one.asked.threshold_percent,
        sessions_attended=tuple(dict.fromkeys(session_id for _, session_id in there)),
        unmarked=one.standing.unmarked,
        exam_en=exam_en,
        has_earned=one.standing.has_earned,
        learnt=one.standing.learnt,
    )
