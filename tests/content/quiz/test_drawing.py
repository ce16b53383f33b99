"""Drawing a sheet: everything comes from the seed; results of a whole attempt."""

from collections import Counter
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.quiz.answers import Answer, Chosen, Written
from content.quiz.drawing import Placed, QuizChanged, Sheet, draw, sheet_of, shuffled
from content.quiz.marking import right_answer
from content.quiz.questions import Pool, Quiz
from content.quiz.results import counts_questions, needed, result_of
from tests.content.quiz.questions import FREE, MATCHING, MULTIPLE, ONE_OF_EACH, SINGLE, TRUE, answers, quizzes

ALL_KINDS = Quiz(pools=(Pool(key="1", questions=ONE_OF_EACH),))


@settings(max_examples=50, deadline=None)
@given(quizzes(), st.text())
def test_the_same_seed_draws_the_same_sheet(quiz: Quiz, seed: str) -> None:
    sheet = draw(quiz, seed)

    assert draw(quiz, seed) == sheet
    assert (
        sheet_of(quiz, msgspec.json.decode(msgspec.json.encode(sheet.plan), type=tuple[Placed, ...])) == sheet
    )


@settings(max_examples=50, deadline=None)
@given(quizzes(), st.text())
def test_each_pool_gives_as_many_as_it_should_and_none_twice(quiz: Quiz, seed: str) -> None:
    drawn = [one.question.key for one in draw(quiz, seed).questions]

    assert len(drawn) == len(set(drawn))
    for pool in quiz.pools:
        wanted = len(pool.questions) if pool.draw is None else pool.draw
        assert len([one for one in pool.questions if one.key in drawn]) == wanted
    if not quiz.shuffle:
        assert drawn == [one.key for one in quiz.questions if one.key in drawn]


def test_the_order_is_the_same_in_every_version_of_python() -> None:
    """These values must never change: attempts that were begun before would see other choices."""
    assert shuffled("abcdefgh", "seed") == list("efcgabdh")
    assert {one.key: "".join(one.order) for one in draw(ALL_KINDS, "2026").plan if len(one.order) > 2} == {
        "matching": "frdex",
        "ordering": "4312",
        "multiple": "aedcb",
    }
    assert [one.key for one in draw(ALL_KINDS, "2026").plan][:4] == ["free", "true", "matching", "gaps"]


def test_every_order_comes_about_equally_often() -> None:
    found = Counter("".join(shuffled("abc", str(seed))) for seed in range(1200))

    assert set(found) == {"abc", "acb", "bac", "bca", "cab", "cba"}
    assert min(found.values()) > 150


def test_choices_stay_as_they_are_where_the_author_wants_it() -> None:
    fixed = Quiz(pools=(Pool(key="1", questions=(replace(MULTIPLE, shuffle=False),)),))

    assert {draw(fixed, str(seed)).plan[0].order for seed in range(20)} == {("a", "b", "c", "d", "e")}


def test_right_sides_with_equal_words_are_offered_once() -> None:
    pairs = tuple(replace(pair, right="Stadt") for pair in MATCHING.pairs)
    quiz = Quiz(pools=(Pool(key="1", questions=(replace(MATCHING, pairs=pairs),)),))

    assert sorted(draw(quiz, "1").plan[0].order) == ["de", "x"]


def test_a_sheet_of_questions_that_are_gone_is_refused() -> None:
    plan = draw(ALL_KINDS, "1").plan

    with pytest.raises(QuizChanged):
        sheet_of(Quiz(pools=(Pool(key="1", questions=(SINGLE,)),)), plan)


def sheet(*questions: object) -> Sheet:
    return draw(Quiz(pools=(Pool(key="1", questions=questions),), shuffle=False), "1")  # type: ignore[arg-type]


def test_seven_of_ten_are_right_and_six_are_needed() -> None:
    ten = sheet(*(replace(SINGLE, key=str(number)) for number in range(10)))
    seven: dict[str, Answer] = {str(number): Chosen(("right",)) for number in range(7)}

    result = result_of(ten, seven, 60)

    assert (result.right, len(result.marks), result.needed, result.passed) == (7, 10, Fraction(6), True)
    assert counts_questions(ten)


def test_what_is_needed_is_whole_where_nothing_can_be_half_right() -> None:
    assert needed(sheet(SINGLE, TRUE, replace(TRUE, key="2")), 50) == 2
    assert needed(sheet(replace(MULTIPLE, points=3)), 50) == Fraction(3, 2)


def test_nobody_has_passed_or_failed_while_a_persons_mark_decides() -> None:
    both = sheet(FREE, SINGLE)
    wrote: dict[str, Answer] = {"free": Written("Viel.")}

    assert result_of(both, wrote, 50).passed is None
    assert result_of(both, wrote | {"single": Chosen(("right",))}, 25).passed is True
    assert result_of(both, wrote, 100).passed is False
    assert result_of(both, {}, 50).passed is False
    assert result_of(both, wrote, 50, given={"free": Fraction(2)}).passed is True
    assert result_of(both, {}, 50, given={"free": Fraction(2)}).points == 0


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_all_right_passes_always_and_points_never_leave_their_bounds(data: st.DataObject) -> None:
    quiz = data.draw(quizzes())
    drawn = draw(quiz, data.draw(st.text()))
    some = {one.question.key: data.draw(answers(one.question)) for one in drawn.questions}
    right = {one.question.key: right_answer(one.question) or Written("x") for one in drawn.questions}
    by_person = {one.question.key: Fraction(one.question.points) for one in drawn.questions}

    result = result_of(drawn, some, quiz.pass_percent)
    best = result_of(drawn, right, quiz.pass_percent, given=by_person)

    assert 0 <= result.points <= result.points + result.open_points <= result.out_of
    assert result.needed <= result.out_of
    assert best.points == best.out_of
    assert best.passed
