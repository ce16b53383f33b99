"""A quiz that is the exam of its course."""

from datetime import date
from uuid import uuid4

from sqlalchemy import select

from certificates.document import Kind
from lms.certification.eligibility.models import CourseRule, ExamOutcome, ExamResult
from lms.jobs.worker import Worker
from lms.web.module import Around
from tests.content.quiz.questions import SINGLE, TRUE
from tests.making import BOTH, MOMENT
from tests.quizzes.quizzing import RIGHT, WRONG, Quizzing, open_quiz, quiz_of

pytestmark = BOTH


async def exam(house: Around, *, attempts: int | None = 2, is_asked: bool = True) -> Quizzing:
    world = await open_quiz(house, quiz_of(SINGLE, TRUE, is_exam=True, attempts=attempts, pass_percent=50))
    if is_asked:
        async with house.begin() as session:
            session.add(
                CourseRule(course_id=world.course.id, kinds=[Kind.EXAMINED.value], exam_de="Online-Prüfung")
            )
    return world


async def results(house: Around) -> list[tuple[ExamOutcome, int | None, int | None]]:
    async with house.begin.reading() as session:
        found = await session.scalars(select(ExamResult))
        return [(one.outcome, one.points, one.out_of) for one in found]


async def test_passing_the_quiz_is_passing_the_exam_and_failing_later_takes_nothing(
    house: Around, jobs: Worker
) -> None:
    world = await exam(house)

    await world.took({"single": RIGHT})
    await jobs.drain()
    await world.took({"single": WRONG})
    await jobs.drain()

    assert await results(house) == [(ExamOutcome.PASSED, 1, 2)]


async def test_the_exam_is_failed_only_when_no_attempt_is_left(house: Around, jobs: Worker) -> None:
    world = await exam(house)

    await world.took({"single": WRONG})
    await jobs.drain()
    first = await results(house)
    await world.took({})
    await jobs.drain()

    assert first == []
    assert await results(house) == [(ExamOutcome.FAILED, 0, 2)]


async def test_what_a_person_entered_is_never_overwritten(house: Around, jobs: Worker) -> None:
    world = await exam(house)
    async with house.begin() as session:
        session.add(
            ExamResult(
                enrolment_id=world.place.id,
                exam="Online-Prüfung",
                outcome=ExamOutcome.FAILED,
                held_on=date(2026, 12, 3),
                entered_at=MOMENT,
                entered_by=uuid4(),
            )
        )

    await world.took({"single": RIGHT})
    await jobs.drain()

    assert await results(house) == [(ExamOutcome.FAILED, None, None)]


async def test_a_course_without_an_exam_gets_no_result(house: Around, jobs: Worker) -> None:
    world = await exam(house, is_asked=False)

    await world.took({"single": RIGHT})
    await jobs.drain()

    assert await results(house) == []
