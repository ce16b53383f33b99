"""The quizzes of a run as its trainers see them: who took them, and everything they answered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.questions import Quiz
from lms.attendance.meetings import is_teacher
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.queries import edition_of, lessons_of
from lms.quizzes.models import Attempt, AttemptAnswer, HandMark
from lms.quizzes.reading import Taken, answer_in, quiz_in
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class TaughtRun:
    """A run that the actor teaches, with the quizzes that its learners have."""

    run: Run
    course: Course
    quizzes: Sequence[EditionLesson]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    def quiz(self, lesson_id: UUID) -> EditionLesson:
        """This quiz. Raises NotFound."""
        found = next((one for one in self.quizzes if one.lesson_id == lesson_id), None)
        if found is None:
            raise NotFound
        return found


def desk_path(run_id: UUID) -> str:
    """The trainer's page about the quizzes of a run."""
    return f"/kursleitung/kurse/{run_id}/quiz"


async def taught_run(session: AsyncSession, actor: Actor, run_id: UUID, now: datetime) -> TaughtRun:
    """The run for its trainers; raises NotFound for everybody else (S-03). Quizzes that were taken stay, whatever the edition."""
    row = (
        await session.execute(
            select(Run, Course)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id == run_id, Run.state != RunState.DRAFT)
        )
    ).one_or_none()
    if row is None or not policy.may_see_learning(actor, teaches=await is_teacher(session, actor, run_id)):
        raise NotFound
    edition = await edition_of(session, row.Run, now)
    lessons = await lessons_of(session, edition.id) if edition else ()
    found = {one.lesson_id: one for one in lessons if one.kind is LessonKind.QUIZ}
    taken_once = await session.scalars(
        select(EditionLesson)
        .join(Attempt, Attempt.edition_lesson_id == EditionLesson.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.run_id == run_id)
        .order_by(EditionLesson.id)
        .distinct()
    )
    for one in taken_once:
        found.setdefault(one.lesson_id, one)
    return TaughtRun(row.Run, row.Course, list(found.values()))


async def attempts_in(
    session: AsyncSession,
    lesson_ids: Sequence[UUID],
    *,
    run_id: UUID | None = None,
    only_open: bool = False,
) -> Sequence[Attempt]:
    """Attempts that were handed in, of one run or of all, in the order of handing in. One statement."""
    wanted = (
        select(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.lesson_id.in_(lesson_ids), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at, Attempt.id)
    )
    if run_id is not None:
        wanted = wanted.where(Enrolment.run_id == run_id)
    if only_open:
        wanted = wanted.where(Attempt.is_open)
    return (await session.scalars(wanted)).all()


async def everything_taken(session: AsyncSession, attempts: Sequence[Attempt]) -> Sequence[Taken]:
    """Attempts with all that belongs to them, in the same order; three statements for all of them."""
    ids = [one.id for one in attempts]
    lessons = await session.scalars(
        select(EditionLesson).where(EditionLesson.id.in_({one.edition_lesson_id for one in attempts}))
    )
    quizzes: dict[UUID, Quiz] = {one.id: quiz_in(one) for one in lessons}
    answers: dict[UUID, list[AttemptAnswer]] = defaultdict(list)
    for answer in await session.scalars(select(AttemptAnswer).where(AttemptAnswer.attempt_id.in_(ids))):
        answers[answer.attempt_id].append(answer)
    marks: dict[UUID, list[HandMark]] = defaultdict(list)
    for mark in await session.scalars(select(HandMark).where(HandMark.attempt_id.in_(ids))):
        marks[mark.attempt_id].append(mark)
    return [
        Taken(
            one,
            quizzes[one.edition_lesson_id],
            {answer.question: answer_in(answer.answer) for answer in answers[one.id]},
            {mark.question: mark for mark in marks[one.id]},
        )
        for one in attempts
    ]


async def waiting_in(session: AsyncSession, run_id: UUID) -> dict[UUID, int]:
    """How many attempts of a run wait for a mark, by lesson. One statement."""
    rows = await session.execute(
        select(Attempt.lesson_id, func.count())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.run_id == run_id, Attempt.is_open, Attempt.submitted_at.is_not(None))
        .group_by(Attempt.lesson_id)
    )
    return {row[0]: row[1] for row in rows}


async def taken_counts(session: AsyncSession, run_id: UUID) -> dict[UUID, int]:
    """How many persons of a run have handed a quiz in, by lesson. One statement."""
    rows = await session.execute(
        select(Attempt.lesson_id, func.count(Attempt.enrolment_id.distinct()))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.run_id == run_id, Attempt.submitted_at.is_not(None))
        .group_by(Attempt.lesson_id)
    )
    return {row[0]: row[1] for row in rows}


async def waiting_for(
    session: AsyncSession, person_id: UUID, *, limit: int
) -> Sequence[tuple[UUID, Course, int]]:
    """Runs that somebody teaches in which attempts wait for points, with how many. One statement."""
    of_run = select(RunTrainer.run_id).where(RunTrainer.person_id == person_id)
    of_session = (
        select(Session.run_id)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .where(SessionTrainer.person_id == person_id)
    )
    rows = await session.execute(
        select(Run.id, Course, func.count(Attempt.id))
        .join(Course, Course.id == Run.course_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(
            or_(Run.id.in_(of_run), Run.id.in_(of_session)),
            Attempt.is_open,
            Attempt.submitted_at.is_not(None),
        )
        .group_by(Run.id, Course.id)
        .order_by(Run.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]
