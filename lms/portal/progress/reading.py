"""Reading how a run comes along, in a session somebody else opened; the same few statements for any number of people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.days import days_of
from lms.attendance.meetings import is_teacher
from lms.attendance.models import Presence
from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility import Candidate, candidates
from lms.certification.eligibility.words import OF_LEARNING, still_to_learn
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.completion import Opening, openings_of_runs
from lms.learning.models import Progress
from lms.learning.policy import may_see_learning
from lms.people.models import Person
from lms.portal.progress.rules import Facts, Reason, reasons
from lms.practice.calls.queries import help_counts
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Learner:
    """One person of the run. `lacking` says which lessons and quizzes the certificate still asks for."""

    enrolment_id: UUID
    name: str
    done: int
    total: int
    facts: Facts
    reasons: Sequence[Reason]
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class OfLesson:
    """How many have done one lesson."""

    opening: Opening
    done: int


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The whole overview."""

    run: Run
    course: Course
    learners: Sequence[Learner]
    lessons: Sequence[OfLesson]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def in_need(self) -> Sequence[Learner]:
        """Those who may need help, by name."""
        return [one for one in self.learners if one.reasons]

    @property
    def others(self) -> Sequence[Learner]:
        """Everybody else, by name."""
        return [one for one in self.learners if not one.reasons]


async def run_progress(
    session: AsyncSession, actor: Actor, run_id: UUID, *, now: datetime, stuck_days: int
) -> RunProgress:
    """How the run comes along. Raises NotFound for everybody but its trainers (S-03)."""
    row = (
        await session.execute(
            select(Run, Course)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id == run_id, Run.state != RunState.DRAFT)
        )
    ).one_or_none()
    if row is None or not may_see_learning(actor, teaches=await is_teacher(session, actor, run_id)):
        raise NotFound
    run, course = row.Run, row.Course
    openings = (await openings_of_runs(session, [run_id], now)).get(run_id, ())
    whole = and_(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.CONFIRMED)
    people = (
        await session.execute(
            select(Enrolment.id, Person)
            .join(Person, Person.id == Enrolment.person_id)
            .where(whole)
            .order_by(Person.given_name, Person.family_name, Enrolment.id)
        )
    ).all()
    progress = await _progress(session, run_id)
    marks = await _marks(session, run_id, now)
    calls = await help_counts(session, run_id, now)
    lacking = {one.enrolment_id: _still_to_learn(one) for one in await candidates(session, run_id)}
    has_begun = run.starts_at is not None and run.starts_at <= now
    learners = []
    for enrolment_id, person in people:
        own = progress.get(enrolment_id, {})
        done = {lesson_id for lesson_id, one in own.items() if one.done_at is not None}
        facts = Facts(
            seen_at=max((one.seen_at for one in own.values()), default=None),
            open_left=sum(one.is_open and one.part.lesson_id not in done for one in openings),
            marks=marks.get(enrolment_id, ()),
            calls=int(enrolment_id in calls and calls[enrolment_id].is_waiting),
        )
        learners.append(
            Learner(
                enrolment_id=enrolment_id,
                name=person.name,
                done=sum(one.part.lesson_id in done for one in openings),
                total=len(openings),
                facts=facts,
                reasons=reasons(facts, has_begun=has_begun, stuck_days=stuck_days, now=now),
                lacking=lacking.get(enrolment_id, ""),
            )
        )
    counts = await _done_by_lesson(session, run_id)
    return RunProgress(
        run, course, learners, [OfLesson(one, counts.get(one.part.lesson_id, 0)) for one in openings]
    )


def _still_to_learn(one: Candidate) -> str:
    """What the certificate still asks for of lessons and quizzes; attendance stands in the registers."""
    if one.certificate is not None or OF_LEARNING.isdisjoint(one.standing.lacks):
        return ""
    return still_to_learn(one.standing, one.asked, to_person=False)


async def _progress(session: AsyncSession, run_id: UUID) -> Mapping[UUID, Mapping[UUID, Progress]]:
    found: dict[UUID, dict[UUID, Progress]] = defaultdict(dict)
    rows = await session.scalars(
        select(Progress)
        .join(Enrolment, Enrolment.id == Progress.enrolment_id)
        .where(Enrolment.run_id == run_id)
    )
    for one in rows:
        found[one.enrolment_id][one.lesson_id] = one
    return found


async def _marks(session: AsyncSession, run_id: UUID, now: datetime) -> Mapping[UUID, Sequence[Presence]]:
    days = await days_of(session, Enrolment.run_id == run_id)
    return {
        enrolment_id: [one.presence for one in theirs if one.presence is not None and one.ends_at <= now]
        for enrolment_id, theirs in days.items()
    }


async def _done_by_lesson(session: AsyncSession, run_id: UUID) -> Mapping[UUID, int]:
    rows = await session.execute(
        select(Progress.lesson_id, func.count())
        .join(Enrolment, Enrolment.id == Progress.enrolment_id)
        .where(
            Enrolment.run_id == run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Progress.done_at.is_not(None),
        )
        .group_by(Progress.lesson_id)
    )
    return {row[0]: row[1] for row in rows}
