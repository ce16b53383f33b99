"""Taking a quiz: begun once, saved answer by answer, handed in, and what comes of it."""

import asyncio
from datetime import timedelta
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from content.quiz.answers import Answer, Written
from content.quiz.questions import Quiz
from lms.enrolment.models import EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound
from lms.kernel.links import Links
from lms.learning.models import Progress
from lms.messaging.models import Letter
from lms.quizzes.errors import HandedInAlready, NoAttemptLeft, NothingToAnswer, TimeIsOver
from lms.quizzes.forgetting import forget_old
from lms.quizzes.models import Attempt, AttemptAnswer, HandMark, QuizExtension
from lms.quizzes.settling import apply_extension, end, marked_by_hand
from lms.quizzes.taking import Attempts
from lms.web.module import Around
from tests.content.quiz.questions import FREE, NUMBER, SINGLE
from tests.making import BOTH, MOMENT, FixedClock, make_person
from tests.quizzes.quizzing import RIGHT, TEN, WRONG, open_quiz, quiz_of, right

pytestmark = BOTH


async def test_all_right_answers_pass_and_the_lesson_is_done(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, NUMBER))
    begun = await world.start()
    sheet = (await world.seen(begun)).sheet
    assert (await world.progress()).done_at is None  # type: ignore[union-attr]

    attempt = await world.took({one.question.key: right(one) for one in sheet.questions})

    assert (attempt.id, attempt.points, attempt.out_of, attempt.passed) == (begun.id, Fraction(2), 2, True)
    assert (await world.progress()).done_at == MOMENT  # type: ignore[union-attr]


async def test_what_is_saved_last_counts_and_can_be_taken_back(house: Around) -> None:
    world = await open_quiz(house, quiz_of(*TEN))
    attempt = await world.start()

    await world.save(attempt, "q0", WRONG)
    await world.save(attempt, "q0", RIGHT)
    await world.save(attempt, "q1", RIGHT)
    await world.save(attempt, "q1", None)
    await world.save(attempt, "q2", Written("  "))

    assert (await world.seen(attempt)).answers == {"q0": RIGHT}
    assert (await world.progress()).place != ""  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        await world.save(attempt, "no such question", RIGHT)


async def test_who_fails_may_try_again_until_no_attempt_is_left(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, attempts=2))

    first, second = await world.took({"single": WRONG}), await world.took({})

    assert [first.number, second.number] == [1, 2]
    assert first.seed != second.seed
    with pytest.raises(NoAttemptLeft):
        await world.start()
    async with house.begin() as session:
        session.add(
            QuizExtension(
                enrolment_id=world.place.id, lesson_id=world.lesson_id, granted_at=MOMENT, extra_attempts=1
            )
        )
    assert (await world.took({"single": RIGHT})).passed


async def test_two_tabs_begin_one_attempt_and_two_clicks_hand_in_once(house: Around) -> None:
    world = await open_quiz(house, quiz_of(*TEN, attempts=1))

    begun = await asyncio.gather(*(world.start() for _ in range(4)))
    attempt = begun[0]
    await asyncio.gather(*(world.save(attempt, f"q{number}", RIGHT) for number in range(5)))
    await asyncio.gather(*(world.save(attempt, "q5", one) for one in (RIGHT, RIGHT, RIGHT)))
    ended = await asyncio.gather(*(world.hand_in(attempt) for _ in range(3)))

    assert len({one.id for one in begun}) == 1
    assert {(one.points, one.passed) for one in ended} == {(Fraction(6), True)}
    async with house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert await session.scalar(select(func.count()).select_from(AttemptAnswer)) == 6


async def test_what_is_handed_in_does_not_change_any_more(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    attempt = await world.took({"single": WRONG})

    with pytest.raises(HandedInAlready):
        await world.save(attempt, "single", RIGHT)


async def test_strangers_find_nothing(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    attempt = await world.start()
    world.person = make_person("Eva", "Fremd")

    for act in (world.start(), world.save(attempt, "single", RIGHT), world.hand_in(attempt)):
        with pytest.raises(NotFound):
            await act
    async with house.begin() as session:
        (await session.get_one(type(world.place), world.place.id)).state = EnrolmentState.CANCELLED
        world.person = await session.get_one(type(world.person), world.place.person_id)
    with pytest.raises(NotFound):
        await world.save(attempt, "single", RIGHT)


async def test_a_quiz_without_questions_is_not_begun(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.publish(Quiz(pools=()), number=2)

    with pytest.raises(NothingToAnswer):
        await world.start()


async def test_an_attempt_keeps_its_questions_when_the_edition_changes(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, NUMBER))
    attempt = await world.start()
    await world.publish(quiz_of(*TEN), number=2)

    await world.save(attempt, "single", RIGHT)
    await world.save(attempt, "number", Written("1234,5"))
    ended = await world.hand_in(attempt)
    further = await world.start()

    assert (ended.points, ended.out_of, ended.passed) == (Fraction(2), 2, True)
    assert (further.out_of, further.number) == (10, 2)


async def test_an_attempt_can_be_ended_when_the_run_has_lost_the_quiz(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    attempt = await world.start()
    lost, world.lesson_id = world.lesson_id, uuid4()
    await world.publish(quiz_of(*TEN), number=2)
    world.lesson_id = lost

    await world.save(attempt, "single", RIGHT)

    assert (await world.hand_in(attempt)).passed
    with pytest.raises(NotFound):
        await world.start()


async def test_when_the_time_is_over_what_was_saved_counts(house: Around, clock: FixedClock) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, NUMBER, minutes=30, pass_percent=50))
    attempt = await world.start()
    assert attempt.deadline == MOMENT + timedelta(minutes=30)
    clock.forward(minutes=30, seconds=40)
    await world.save(attempt, "single", RIGHT)  # on its way for 40 seconds
    clock.forward(seconds=30)

    with pytest.raises(TimeIsOver):
        await world.save(attempt, "number", Written("1234,5"))
    closed = [await Attempts(house).close_overdue() for _ in range(2)]

    ended = (await world.seen(attempt)).attempt
    assert closed == [1, 0]
    assert (ended.points, ended.passed, ended.ended_by_clock) == (Fraction(1), True, True)
    assert ended.submitted_at == attempt.deadline
    assert (await world.hand_in(attempt)).submitted_at == attempt.deadline


async def test_whoever_comes_back_after_the_end_begins_a_new_attempt(
    house: Around, clock: FixedClock
) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, minutes=30, attempts=2))
    first = await world.start()
    clock.forward(hours=1)

    second = await world.start()

    assert second.number == 2
    assert (await world.seen(first)).attempt.ended_by_clock


async def test_more_time_is_given_to_one_person_even_while_they_write(
    house: Around, clock: FixedClock
) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, minutes=30))
    attempt = await world.start()
    async with house.begin() as session:
        session.add(
            QuizExtension(
                enrolment_id=world.place.id, lesson_id=world.lesson_id, granted_at=MOMENT, extra_minutes=15
            )
        )
        await session.flush()
        await apply_extension(session, await session.get_one(Attempt, attempt.id))
    clock.forward(minutes=44)

    await world.save(attempt, "single", RIGHT)

    assert await Attempts(house).close_overdue() == 0
    assert (await world.start()).deadline == MOMENT + timedelta(minutes=45)


async def test_a_free_text_waits_for_a_trainer_who_decides_and_the_learner_is_told(
    house: Around, jobs: Worker
) -> None:
    world = await open_quiz(house, quiz_of(FREE, SINGLE, pass_percent=75))
    attempt = await world.took({"free": Written("Ruhe bewahren."), "single": RIGHT})
    assert (attempt.points, attempt.passed, attempt.is_open) == (Fraction(1), None, True)
    assert (await world.progress()).done_at is None  # type: ignore[union-attr]

    async with house.begin() as session:
        session.add(HandMark(attempt_id=attempt.id, question="free", points=Fraction(5, 2), marked_at=MOMENT))
        await marked_by_hand(session, await session.get_one(Attempt, attempt.id), at=MOMENT)
    await jobs.drain()

    ended = (await world.seen(attempt)).attempt
    assert (ended.points, ended.passed, ended.is_open) == (Fraction(7, 2), True, False)
    assert (await world.progress()).done_at == MOMENT  # type: ignore[union-attr]
    async with house.begin.reading() as session:
        letters = (await session.scalars(select(Letter).where(Letter.kind == "quiz_marked"))).all()
    assert [one.subject for one in letters] == ["Ihr Ergebnis: Was wissen Sie schon?"]
    assert "3,5 von 4 Punkten. Zum Bestehen brauchen Sie 3." in letters[0].text


async def test_a_failed_attempt_takes_nothing_from_a_passed_one(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.took({"single": RIGHT})

    await world.took({"single": WRONG})

    assert (await world.progress()).done_at == MOMENT  # type: ignore[union-attr]


async def test_a_crash_between_two_steps_loses_nothing(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE, NUMBER))
    attempt = await world.start()
    await world.save(attempt, "single", RIGHT)
    with pytest.raises(Killed):
        await _killed(house, attempt.id)

    assert (await world.start()).id == attempt.id
    assert (await world.seen(attempt)).answers == {"single": RIGHT}


async def test_hostile_words_are_kept_as_they_are(house: Around) -> None:
    world = await open_quiz(house, quiz_of(FREE))
    words = "=1+1;\n<script>alert(1)</script>\u202e🎉" + "x" * 10_000
    answers: dict[str, Answer] = {"free": Written(words)}

    attempt = await world.took(answers)

    assert (await world.seen(attempt)).answers == answers


async def test_deleting_an_enrolment_deletes_its_attempts(house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.took({"single": RIGHT})

    async with house.begin() as session:
        await session.delete(await session.get_one(type(world.place), world.place.id))
    async with house.begin.reading() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(one))
            for one in (Attempt, AttemptAnswer, Progress)
        ]
    assert counts == [0, 0, 0]


async def test_attempts_are_forgotten_a_year_after_the_run_and_what_they_proved_is_not(
    house: Around, clock: FixedClock
) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.took({"single": RIGHT})

    assert world.run.ends_at is not None
    clock.moment = world.run.ends_at + timedelta(days=365)
    kept = await forget_old(house.begin, clock)
    clock.forward(seconds=1)

    assert (kept, await forget_old(house.begin, clock), await forget_old(house.begin, clock)) == (0, 1, 0)
    assert (await world.progress()).done_at == MOMENT  # type: ignore[union-attr]
    async with house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AttemptAnswer)) == 0


async def test_no_attempt_is_forgotten_while_the_centre_lets_its_lessons_be_read(
    house: Around, clock: FixedClock
) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.took({"single": RIGHT})
    assert world.run.ends_at is not None
    clock.moment = world.run.ends_at + timedelta(days=700)

    links = Links("https://example.org", house.signer)
    house.begin.give(links, lessons_kept_days=800)
    assert await forget_old(house.begin, clock) == 0
    house.begin.give(links, lessons_kept_days=0)
    assert await forget_old(house.begin, clock) == 1


class Killed(Exception):
    """The process dies here."""


async def _killed(house: Around, attempt_id: UUID) -> None:
    async with house.begin() as session:
        await end(session, await session.get_one(Attempt, attempt_id), at=MOMENT, by_clock=False)
        await session.flush()
        raise Killed
