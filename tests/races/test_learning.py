"""Learners, trainers, tools and clocks at the same moment: each is done once or refused, and what was saved counts."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from content.quiz.answers import Chosen
from lms.db import Begin
from lms.learning.contents.editions import Editions
from lms.learning.contents.service import Contents
from lms.learning.models import Chapter, Edition, EditionLesson, Lesson, LessonKind, Progress
from lms.practice.kiosk.service import Kiosks, Visits, tablet_of
from lms.practice.models import LearnedBefore
from lms.practice.slips.service import Slips
from lms.quizzes.extensions.service import Extensions
from lms.quizzes.models import Attempt
from lms.quizzes.taking import Attempts
from lms.scheduling.models import RunTrainer
from lms.tools.models import LtiTool, ToolResult, ToolUser
from lms.tools.results import Results, Score
from lms.web.module import Around
from tests.content.quiz.questions import SINGLE
from tests.learning.scene import chapter, lesson, make_class
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person, staff
from tests.quizzes.quizzing import Quizzing, open_quiz, quiz_of
from tests.teaching.scene import trainer_actor

pytestmark = BOTH
RIGHT = Chosen(keys=("right",))


async def at_once(*acts: Awaitable[Any]) -> list[str]:
    """What came of each, by the names of their types."""
    return [type(one).__name__ for one in await asyncio.gather(*acts, return_exceptions=True)]


async def attempts(begin: Begin) -> Sequence[Attempt]:
    async with begin.reading() as session:
        return (await session.scalars(select(Attempt).order_by(Attempt.number))).all()


async def test_of_many_who_begin_the_last_attempt_at_once_all_are_in_the_same(house: Around) -> None:
    there = await open_quiz(house, quiz_of(SINGLE, attempts=2))
    await there.hand_in(await there.start())

    assert await at_once(*(there.start() for _ in range(4))) == ["Attempt"] * 4
    last = (await attempts(house.begin))[-1]
    ended = await at_once(*(there.hand_in(last) for _ in range(2)), *(there.start() for _ in range(3)))
    assert ended[:2] == ["Attempt"] * 2
    assert set(ended[2:]) <= {"Attempt", "NoAttemptLeft"}  # before it is handed in they are in it
    assert [one.number for one in await attempts(house.begin)] == [1, 2]


async def test_the_end_of_the_time_comes_while_an_answer_is_saved_and_it_is_handed_in(
    house: Around, clock: FixedClock
) -> None:
    there = await open_quiz(house, quiz_of(SINGLE, minutes=10))
    attempt = await there.start()
    await there.save(attempt, SINGLE.key, RIGHT)
    clock.forward(minutes=12)

    found = await at_once(
        there.save(attempt, SINGLE.key, Chosen(keys=("cat",))), Attempts(house).close_overdue(), there.hand_in(attempt),
        Attempts(house).close_overdue(),
    )  # fmt: skip

    (ended,) = await attempts(house.begin)
    assert found[0] in {"TimeIsOver", "HandedInAlready"}
    assert found[1:] == ["int", "Attempt", "int"]
    assert (ended.submitted_at, ended.ended_by_clock, ended.passed) == (ended.deadline, True, True)


async def with_a_trainer(there: Quizzing) -> Any:
    jonas = make_person("Jonas", "Krüger")
    async with there.house.begin() as session:
        session.add(jonas)
        await session.flush()
        session.add(RunTrainer(run_id=there.run.id, person_id=jonas.id))
    return trainer_actor(jonas)


async def test_more_time_granted_while_it_is_handed_in_counts_before_or_not_at_all(
    house: Around, clock: FixedClock
) -> None:
    there = await open_quiz(house, quiz_of(SINGLE, minutes=10))
    trainer = await with_a_trainer(there)
    attempt = await there.start()
    await there.save(attempt, SINGLE.key, RIGHT)
    clock.forward(minutes=12)

    found = await at_once(
        *(
            Extensions(house).grant(
                trainer, run_id=there.run.id, lesson_id=there.lesson_id, enrolment_id=there.place.id,
                extra_minutes=minutes, extra_attempts=0, reason="", version=0,
            )
            for minutes in (20, 30)
        ),
        Attempts(house).close_overdue(),
        there.hand_in(attempt),
    )  # fmt: skip

    (ended,) = await attempts(house.begin)
    assert sorted(found[:2]) == ["NoneType", "Stale"]
    assert found[2:] == ["int", "Attempt"]
    assert ended.passed
    if ended.ended_by_clock:
        assert ended.submitted_at == ended.deadline == MOMENT + timedelta(minutes=10)
    else:  # the time was longer by then
        assert ended.submitted_at == clock()


async def test_a_run_that_moves_to_another_edition_while_somebody_answers_costs_no_answer(
    house: Around,
) -> None:
    there = await open_quiz(house, quiz_of(SINGLE))
    attempt = await there.start()
    async with house.begin() as session:
        session.add(Edition(course_id=there.course.id, number=2, published_at=MOMENT))  # without any quiz

    found = await at_once(
        there.save(attempt, SINGLE.key, RIGHT),
        Editions(house).take_over(staff(), course_id=there.course.id, run_id=there.run.id, number=2),
        there.hand_in(attempt),
    )

    assert found[1:] == ["NoneType", "Attempt"]
    assert found[0] in {"NoneType", "HandedInAlready"}
    (ended,) = await attempts(house.begin)
    assert ended.passed is (found[0] == "NoneType")


async def test_a_slip_is_claimed_by_one_of_two_accounts(house: Around, begin: Begin) -> None:
    people, lesson_id, tablet = [make_person("Ada", "Arndt"), make_person("Ben", "Berg")], uuid4(), uuid4()
    async with begin() as session:
        session.add_all(people)
    await Kiosks(house).add(staff(), kiosk_id=tablet, name="Eingang")
    async with begin.reading() as session:
        code = Kiosks(house).code_of(await tablet_of(session, tablet))
    await Kiosks(house).join(code=code, address="127.0.0.1")
    await Visits(house).done(kiosk_id=tablet, lesson_id=lesson_id)
    slips = await asyncio.gather(
        *(Visits(house).take_home(kiosk_id=tablet) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in slips) == ["NothingToTake", "str"]
    slip = next(one for one in slips if isinstance(one, str))

    found = await at_once(
        *(Slips(house).claim(learner(one), code=slip, keeps_answers=False) for one in people)
    )

    assert sorted(found) == ["OnTheSlip", "SlipIsUsed"]
    async with begin.reading() as session:
        [row] = (await session.scalars(select(LearnedBefore))).all()
    assert row.person_id == people[found.index("OnTheSlip")].id


async def test_lessons_are_put_in_order_while_others_are_deleted_and_none_is_lost_or_twice(
    house: Around, begin: Begin
) -> None:
    taught = await make_class(begin)
    contents, actor, course = Contents(house), taught.trainer, taught.course.id
    first = await chapter(contents, actor, course)
    second = await chapter(contents, actor, course, "Kapitel 2")
    made = [await lesson(contents, actor, course, first, f"L{number}") for number in range(4)]

    found = await at_once(
        contents.place_lesson(actor, course_id=course, lesson_id=made[3].id, chapter_id=first.id, to=0),
        contents.delete_lesson(staff(), course_id=course, lesson_id=made[1].id),
        contents.move_lesson(actor, course_id=course, lesson_id=made[1].id, by=1),
        contents.place_lesson(staff(), course_id=course, lesson_id=made[2].id, chapter_id=second.id, to=0),
        contents.delete_chapter(actor, course_id=course, chapter_id=second.id),
        contents.move_lesson(staff(), course_id=course, lesson_id=made[0].id, by=1),
    )

    assert set(found) <= {"NoneType", "NotFound", "ChapterNeeded"}
    assert [found[0], found[1], found[4]] == ["NoneType"] * 3
    async with begin.reading() as session:
        rows = (await session.scalars(select(Lesson).order_by(Lesson.position))).all()
        chapters = {one.id: one.deleted_at for one in await session.scalars(select(Chapter))}
    assert {one.id for one in rows} == {one.id for one in made}
    assert [one.id for one in rows if one.deleted_at] == [made[1].id]
    assert (chapters[first.id], chapters[second.id] is not None) == (None, True)
    for within in (first, second):
        there = [one.position for one in rows if one.chapter_id == within.id and not one.deleted_at]
        assert len(set(there)) == len(there)


async def test_what_a_tool_says_at_once_and_out_of_order_ends_with_its_latest_word(
    house: Around, begin: Begin
) -> None:
    taught = await make_class(begin)
    edition, lesson_id = (
        Edition(course_id=taught.course.id, number=1, published_at=MOMENT - timedelta(days=5)),
        uuid4(),
    )
    tool = LtiTool(
        name="Vokabeln", client_id="vokabeln", login_address="https://tool.example/login",
        launch_addresses=["https://tool.example/launch"], keys={"keys": []}, registered_at=MOMENT,
    )  # fmt: skip
    async with begin() as session:
        session.add_all([edition, tool])
        await session.flush()
        user = ToolUser(tool_id=tool.id, enrolment_id=taught.ada.id)
        session.add_all(
            [
                user,
                EditionLesson(
                    edition_id=edition.id, lesson_id=lesson_id, position=1, chapter="Üben", kind=LessonKind.TOOL,
                    title="Vokabeln", body={"address": "https://tool.example/launch", "is_lti": True, "parameters": {}},
                ),
            ]
        )  # fmt: skip
    results = Results(house)
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    sealed = results.sealer.seal(
        f'{{"tool": "{tool.id}", "scopes": ["{scope}"], "token_until": {MOMENT.timestamp() + 60}}}'
    )

    async def say(minute: int) -> None:
        score = Score(
            str(user.id), MOMENT + timedelta(minutes=minute), "Completed", "FullyGraded", float(minute), 10.0
        )
        await results.take(f"Bearer {sealed}", score, scope=scope, run_id=taught.run.id, lesson_id=lesson_id)

    assert await at_once(*(say(minute) for minute in (3, 9, 1, 7, 5, 9))) == ["NoneType"] * 6
    await say(2)
    async with begin.reading() as session:
        assert list(await session.scalars(select(ToolResult.permille))) == [900]
        assert len((await session.scalars(select(Progress))).all()) == 1
