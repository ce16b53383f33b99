"""The figures of questions: against examples reckoned by hand, and the laws that hold for all of them."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.quiz.answers import Answer, Chosen, Filled, Written
from content.quiz.hints import Answered, answered, hints
from content.quiz.questions import Accepted, Choice, Gap, GapText, ShortText, SingleChoice, TrueFalse
from content.quiz.statistics import (
    Attempt,
    Discrimination,
    Figures,
    Measure,
    Outcome,
    correlation,
    group_difference,
    item_figures,
    reliability,
    total_share,
)


def rows(*points: Sequence[float], most: float = 1) -> list[Attempt]:
    """One row a person, one column a question: a, b, c, …"""
    return [{"abcdefghij"[i]: Outcome(one, most) for i, one in enumerate(row)} for row in points]


TEN = rows(*[[1, 1, 1]] * 3, *[[1, 1, 0]] * 2, *[[0, 1, 0]] * 2, *[[0, 0, 0]] * 3)
"""Three know everything, two lack c, two know b only, three nothing."""


def test_difficulty_is_the_mean_share_of_points() -> None:
    assert item_figures(rows([2], [1], [0], most=2), "a") == Figures(3, 0.5, None)
    assert item_figures([], "a") == Figures(0, None, None)


def test_with_ten_persons_discrimination_is_upper_less_lower_27_percent() -> None:
    # 27 % of 10, rounded up, are 3. Rest of a: b + c = 2,2,2,1,1,1,1,0,0,0. Upper three: all right; lower three: none.
    assert item_figures(TEN, "a").discrimination == Discrimination(1.0, Measure.GROUPS)
    # Rest of c: a + b = 2 for five persons, of whom 3 have c; the lower three have none. Upper: 3 of the five equal ones.
    assert item_figures(TEN, "c").discrimination == Discrimination(pytest.approx(0.6), Measure.GROUPS)  # type: ignore[arg-type]


def test_from_thirty_persons_on_it_is_the_corrected_item_total_correlation() -> None:
    # a against b: 12 + 12 agree, 3 + 3 do not: phi = (12*12 - 3*3) / (15*15) = 0.6
    thirty = rows(*[[1, 1]] * 12, *[[1, 0]] * 3, *[[0, 1]] * 3, *[[0, 0]] * 12)

    found = item_figures(thirty, "a").discrimination

    assert found == Discrimination(pytest.approx(0.6), Measure.CORRELATION)  # type: ignore[arg-type]


def test_fewer_than_ten_persons_or_no_difference_at_all_say_nothing() -> None:
    assert item_figures(TEN[:9], "a").discrimination is None
    assert item_figures(rows(*[[1, 0]] * 12), "a").discrimination is None
    assert item_figures(rows(*[[1]] * 6, *[[0]] * 6), "a").discrimination is None


def test_reliability_as_reckoned_by_hand() -> None:
    # Variances: a 0.25, b 0.21, c 0.21, sums 3,3,3,2,2,1,1,0,0,0: mean 1.5, variance 3.7 - 2.25 = 1.45.
    assert reliability(TEN) == pytest.approx(1.5 * (1 - 0.67 / 1.45))


def test_reliability_needs_ten_persons_two_questions_the_same_for_all_and_a_difference() -> None:
    assert reliability(TEN[:9]) is None
    assert reliability(rows(*[[1]] * 5, *[[0]] * 5)) is None
    assert reliability([*TEN, {"a": Outcome(1, 1)}]) is None
    assert reliability(rows(*[[1, 1]] * 10)) is None


PERSONS = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=45)


@settings(max_examples=30)
@given(PERSONS, st.randoms(use_true_random=False))
def test_all_figures_keep_their_bounds_and_no_order_of_persons_changes_them(
    points: list[list[int]], chance: st.DrawFn
) -> None:
    attempts = rows(*points, most=4)
    figures = item_figures(attempts, "a")
    mixed = list(attempts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    again = item_figures(mixed, "a")

    assert figures.difficulty is not None
    assert 0 <= figures.difficulty <= 1
    assert again.difficulty == pytest.approx(figures.difficulty)
    if figures.discrimination is None:
        assert again.discrimination is None
    else:
        assert again.discrimination is not None
        assert -1 <= figures.discrimination.value <= 1
        assert again.discrimination.value == pytest.approx(figures.discrimination.value)
    alpha = reliability(attempts)
    assert alpha is None or alpha <= 1 + 1e-9


@settings(max_examples=30)
@given(PERSONS)
def test_turning_right_and_wrong_around_turns_the_sign(points: list[list[int]]) -> None:
    pairs = [(one[0] / 4, one[1] / 4) for one in points]
    turned = [(1 - share, rest) for share, rest in pairs]

    found, other = group_difference(pairs), group_difference(turned)
    assert (found is None) == (other is None)
    if found is not None and other is not None:
        assert other == pytest.approx(-found)
    straight = correlation([one for one, _ in pairs], [one for _, one in pairs])
    around = correlation([one for one, _ in turned], [one for _, one in turned])
    assert (straight is None) == (around is None)
    if straight is not None and around is not None:
        assert around == pytest.approx(-straight)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=10, max_size=40))
def test_a_question_asked_twice_is_perfectly_reliable(points: list[int]) -> None:
    alpha = reliability(rows(*[[one, one] for one in points], most=5))

    assert alpha is None if len(set(points)) == 1 else alpha == pytest.approx(1)


def test_the_share_of_an_attempt_counts_points_not_questions() -> None:
    assert total_share({"a": Outcome(3, 3), "b": Outcome(0, 1)}) == 0.75
    assert total_share({}) == 0


BANK = SingleChoice(
    key="q",
    text="Wer fragt nach der PIN?",
    choices=(
        Choice(key="a", text="Niemand", is_right=True),
        Choice(key="b", text="Die Bank"),
        Choice(key="c", text="Die Polizei"),
    ),
)


def chose(*keys: str) -> list[Answer | None]:
    return [Chosen(keys=(key,)) for key in keys]


def test_choices_are_counted_with_those_that_nobody_took() -> None:
    assert answered(BANK, [*chose("a", "b", "b"), None]) == [
        Answered("Niemand", 1, is_right=True),
        Answered("Die Bank", 2, is_right=False),
        Answered("Die Polizei", 0, is_right=False),
    ]
    assert answered(TrueFalse(key="q", text="?", is_true=False), chose("true", "false", "false")) == [
        Answered("true", 1, is_right=False),
        Answered("false", 2, is_right=True),
    ]


def test_wordings_are_shown_only_when_three_wrote_them() -> None:
    short = ShortText(key="q", text="?", accepted=(Accepted(text="Phishing"),))
    texts = [
        "Fisching",
        "fisching ",
        "FISCHING",
        "Phishing",
        "Phishing",
        "phishing",
        "phishing",
        "Meine Oma Erna",
    ]

    assert answered(short, [Written(text=text) for text in texts]) == [
        Answered("Phishing", 4, is_right=True),
        Answered("Fisching", 3, is_right=False),
    ]


def test_each_gap_is_counted_for_itself() -> None:
    gaps = GapText(
        key="q",
        text="{{1}} {{2}}",
        gaps=(Gap(key="1", accepted=(Accepted(text="a"),)), Gap(key="2", accepted=(Accepted(text="b"),))),
    )

    assert answered(gaps, [Filled(texts={"1": "a", "2": "a"})] * 3) == [
        Answered("a", 3, is_right=True, gap="1"),
        Answered("a", 3, is_right=False, gap="2"),
    ]


def words(found: Sequence[object]) -> list[str]:
    return [one.message % one.params for one in found]  # type: ignore[attr-defined]


def test_hints_say_in_words_what_to_look_at() -> None:
    weak = Figures(20, 0.2, Discrimination(0.0, Measure.GROUPS))
    backwards = Figures(20, 0.95, Discrimination(-0.5, Measure.GROUPS))
    given = answered(BANK, chose(*"abbbbb"))

    assert words(hints(BANK, weak, given)) == [
        "Very hard: few get its points. Is it clear what is asked, and does the lesson say it?",
        "Does not tell those who know much from those who know little.",
        "This wrong answer is chosen more often than the right one: “Die Bank”",
        "Nobody chooses this wrong answer: “Die Polizei”",
    ]
    assert words(hints(BANK, backwards, answered(BANK, chose(*"abc")))) == [
        "Very easy: nearly everybody gets its points.",
        "Those who do well elsewhere do worse here. Please check whether the right answer is marked as right.",
    ]
    assert hints(BANK, Figures(9, 0.0, None), given) == ()
