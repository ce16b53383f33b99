"""Reading what a run asks for and what was answered, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run
from lms.enrolment.conditions.models import (
    Admission,
    ApprovalMode,
    CoursePrerequisite,
    QuestionAnswer,
    RunCondition,
    RunQuestion,
)
from lms.enrolment.conditions.rules import in_order, narrower
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.scheduling.models import Session, SessionState

EARLIER = aliased(Course)


@dataclass(frozen=True, slots=True)
class Asks:
    """What a run asks for. An empty one asks for nothing."""

    condition: RunCondition | None = None
    questions: Sequence[RunQuestion] = ()
    earlier: Course | None = None
    """The course that the run itself wants somebody to have taken."""
    builds_on: Sequence[Course] = ()
    """What the course needs before."""
    advised: Sequence[Course] = ()
    """What had better be taken before."""

    @property
    def needed(self) -> Sequence[Course]:
        """Every course that somebody must have taken, each once."""
        own = (self.earlier,) if self.earlier is not None else ()
        return tuple({one.id: one for one in (*own, *self.builds_on)}.values())

    @property
    def approval(self) -> ApprovalMode:
        """Whether the team decides about each enrolment."""
        return self.condition.approval if self.condition else ApprovalMode.NONE

    @property
    def needs_code_word(self) -> bool:
        """Whether there is a code word."""
        return self.condition is not None and bool(self.condition.code_seal)

    @property
    def needs_declaration(self) -> bool:
        """Whether there is a sentence to be confirmed."""
        return self.condition is not None and bool(self.condition.declaration_de)

    @property
    def residence(self) -> Sequence[str]:
        """Where people have to live; empty where that does not matter."""
        return self.condition.residence if self.condition else ()

    def ages(self, course: Course) -> tuple[int | None, int | None]:
        """Lowest and highest age, course and run taken together."""
        own = (self.condition.min_age, self.condition.max_age) if self.condition else (None, None)
        return narrower((course.min_age, course.max_age), own)


NOTHING = Asks()


async def asks_of(session: AsyncSession, run: Run) -> Asks:
    """What this run asks for: one statement where it has no conditions of its own, else three."""
    before = (await prerequisites_of(session, [run.course_id])).get(run.course_id, ())
    builds_on = tuple(course for course, is_needed in before if is_needed)
    advised = tuple(course for course, is_needed in before if not is_needed)
    if not run.has_conditions:
        return Asks(builds_on=builds_on, advised=advised) if before else NOTHING
    found = (
        await session.execute(
            select(RunCondition, EARLIER)
            .outerjoin(EARLIER, EARLIER.id == RunCondition.course_id)
            .where(RunCondition.run_id == run.id)
            .execution_options(populate_existing=True)
        )
    ).first()
    condition, earlier = found or (None, None)
    return Asks(condition, await questions_of(session, run.id), earlier, builds_on, advised)


async def prerequisites_of(
    session: AsyncSession, course_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[tuple[Course, bool]]]:
    """The courses that these build on, each with whether it is needed, the needed ones first; one statement."""
    rows = await session.execute(
        select(CoursePrerequisite.course_id, CoursePrerequisite.is_needed, EARLIER)
        .join(EARLIER, EARLIER.id == CoursePrerequisite.earlier_id)
        .where(CoursePrerequisite.course_id.in_(list(course_ids)))
        .order_by(CoursePrerequisite.is_needed.desc(), EARLIER.title_de, EARLIER.id)
    )
    found: dict[UUID, list[tuple[Course, bool]]] = defaultdict(list)
    for course_id, is_needed, course in rows:
        found[course_id].append((course, is_needed))
    return found


async def conditions_of_runs(
    session: AsyncSession, run_ids: Collection[UUID]
) -> Mapping[UUID, tuple[RunCondition, Course | None]]:
    """The conditions of several runs, by run; one statement."""
    rows = await session.execute(
        select(RunCondition, EARLIER)
        .outerjoin(EARLIER, EARLIER.id == RunCondition.course_id)
        .where(RunCondition.run_id.in_(list(run_ids)))
    )
    return {condition.run_id: (condition, earlier) for condition, earlier in rows}


async def questions_of(session: AsyncSession, run_id: UUID) -> list[RunQuestion]:
    """The questions of a run in the order in which they are asked."""
    found = await session.scalars(
        select(RunQuestion).where(RunQuestion.run_id == run_id).execution_options(populate_existing=True)
    )
    return in_order(found)


async def answers_of(
    session: AsyncSession, enrolment_ids: Collection[UUID], *, for_trainers: bool = False
) -> Mapping[UUID, Sequence[tuple[RunQuestion, QuestionAnswer]]]:
    """What was answered, by enrolment, in the order of the questions; one statement. `for_trainers`: only what they may read."""
    wanted = (
        select(RunQuestion, QuestionAnswer)
        .join(QuestionAnswer, QuestionAnswer.question_id == RunQuestion.id)
        .where(QuestionAnswer.enrolment_id.in_(list(enrolment_ids)))
        .order_by(RunQuestion.position, RunQuestion.id)
    )
    if for_trainers:
        wanted = wanted.where(RunQuestion.for_trainers)
    found: dict[UUID, list[tuple[RunQuestion, QuestionAnswer]]] = defaultdict(list)
    for question, answer in await session.execute(wanted):
        found[answer.enrolment_id].append((question, answer))
    return {
        enrolment_id: sorted(rows, key=lambda row: _place(row[0], rows))
        for enrolment_id, rows in found.items()
    }


def _place(question: RunQuestion, rows: Sequence[tuple[RunQuestion, QuestionAnswer]]) -> int:
    return in_order(one for one, _ in rows).index(question)


async def admission_of(session: AsyncSession, enrolment_id: UUID) -> Admission | None:
    """On what grounds somebody was let in; None where the run asked for nothing."""
    return await session.get(Admission, enrolment_id)


async def has_taken(session: AsyncSession, person_ids: Collection[UUID], course_id: UUID, run_id: UUID) -> set[UUID]:  # fmt: skip
    """Who of these persons has, or had, a place in another run of this course; single sessions do not count."""
    rows = await session.scalars(
        select(Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(
            Enrolment.person_id.in_(list(person_ids)),
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.is_drop_in.is_(False),
            Run.course_id == course_id,
            Run.id != run_id,
        )
    )
    return {one for one in rows if one is not None}


@dataclass(frozen=True, slots=True)
class Clash:
    """A session of another course at a time at which somebody wants to enrol."""

    course: Course
    session: Session


async def clashes_of(
    session: AsyncSession, person_ids: Collection[UUID], run_id: UUID, session_ids: Collection[UUID] = ()
) -> Sequence[Clash]:
    """The sessions these persons have already while this run meets, in order of time (F-E18); `session_ids` narrows the run to these.

    Only for persons whom whoever asks may see: it tells where they are.
    """
    mine, other = aliased(Session), aliased(Session)
    wanted = (
        select(Course, other)
        .select_from(mine)
        .join(other, (other.starts_at < mine.ends_at) & (other.ends_at > mine.starts_at))
        .join(Run, Run.id == other.run_id)
        .join(Course, Course.id == Run.course_id)
        .join(Enrolment, Enrolment.run_id == other.run_id)
        .outerjoin(
            EnrolmentSession,
            (EnrolmentSession.enrolment_id == Enrolment.id)
            & (EnrolmentSession.session_id == other.id)
            & EnrolmentSession.ended_at.is_(None),
        )
        .where(
            mine.run_id == run_id,
            mine.state == SessionState.PLANNED,
            other.run_id != run_id,
            other.state == SessionState.PLANNED,
            Enrolment.person_id.in_(list(person_ids)),
            Enrolment.state.in_((EnrolmentState.CONFIRMED, EnrolmentState.OFFERED)),
            Enrolment.is_drop_in.is_(False) | EnrolmentSession.session_id.is_not(None),
        )
        .order_by(other.starts_at)
    )
    if session_ids:
        wanted = wanted.where(mine.id.in_(list(session_ids)))
    found: dict[UUID, Clash] = {}
    for course, meeting in await session.execute(wanted):
        found.setdefault(meeting.id, Clash(course, meeting))
    return list(found.values())
