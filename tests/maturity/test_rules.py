"""Levels, findings, recommendations, comparisons: what answers say, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.maturity import rules
from lms.maturity.questions import Advice, Content, Words
from lms.maturity.rules import Answer
from lms.maturity.usual import usual_areas
from tests.maturity.scene import area, question, two_areas

DATA = two_areas()[1]
LEVEL_OR_NONE = some.none() | some.integers(0, 4)
SAID = some.dictionaries(some.sampled_from(["s1", "s2", "d1", "d2", "d3"]), LEVEL_OR_NONE)


def said(**levels: int | None) -> dict[str, Answer]:
    return {key: Answer(level) for key, level in levels.items()}


@pytest.mark.parametrize(
    ("levels", "known", "score", "level"),
    [
        ({}, 0, None, None),
        ({"d1": 4}, 1, None, None),  # a third of the questions is no picture
        ({"d1": 4, "d2": 3}, 2, 3.5, 4),  # a half counts up
        ({"d1": 0, "d2": 0, "d3": 0}, 3, 0, 0),
        ({"d1": 1, "d2": 1, "d3": 2}, 3, 4 / 3, 1),
        ({"d1": None, "d2": None, "d3": 2}, 1, None, None),  # "I do not know" is no level
        ({"d1": None, "d2": 2, "d3": 2, "foreign": 4}, 2, 2, 2),
    ],
)
def test_an_area_stands_at_the_mean_of_what_is_known(
    levels: dict[str, int | None], known: int, score: float | None, level: int | None
) -> None:
    result = rules.result_of(DATA, said(**levels))

    assert (result.known, result.score, result.level) == (known, score, level)


@pytest.mark.parametrize(
    ("levels", "best", "least"),
    [
        ({}, None, None),
        ({"s1": 3, "s2": 3}, "shop", None),
        ({"s1": 3, "s2": 3, "d1": 1, "d2": 1}, "shop", "data"),
        ({"s1": 1, "s2": 1, "d1": 3, "d2": 3}, "data", "shop"),
        ({"s1": 2, "s2": 2, "d1": 2, "d2": 2}, "shop", None),
    ],
)
def test_the_finding_names_the_two_ends(levels: dict[str, int], best: str | None, least: str | None) -> None:
    found = rules.finding(rules.picture(two_areas(), said(**levels)))

    assert found.best is None if best is None else found.best and found.best.area.key == best
    assert found.least is None if least is None else found.least and found.least.area.key == least


def advice(area_key: str, up_to: int, aim: str) -> Advice:
    return Advice(area=area_key, up_to=up_to, course=aim, reason=Words("Weil."), key=f"{area_key}-{aim}")


def test_the_weakest_area_is_helped_first_and_no_area_twice_before_the_others() -> None:
    offered = [
        advice("shop", 3, "a"), advice("shop", 3, "b"), advice("data", 3, "c"), advice("data", 3, "d"),
        advice("data", 0, "never: they are further"), advice("gone", 4, "never: no such area"),
    ]  # fmt: skip
    results = rules.picture(two_areas(), said(s1=2, s2=2, d1=1, d2=1))

    found = rules.chosen(rules.fitting(offered, results), lambda one: one.course != "c")

    assert [one.course for one, _ in rules.fitting(offered, results)] == ["c", "a", "d", "b"]
    assert [one.course for one, _ in found] == ["a", "d", "b"]  # c has no run at present


@given(
    some.lists(
        some.tuples(some.sampled_from(["shop", "data"]), some.integers(0, 3), some.sampled_from("abcdefgh"))
    ),
    SAID,
)
def test_never_more_than_five_and_nothing_twice(
    offered: list[tuple[str, int, str]], levels: dict[str, int | None]
) -> None:
    results = rules.picture(two_areas(), said(**levels))
    found = rules.chosen(rules.fitting([advice(*one) for one in offered], results), lambda _: True)

    aims = [one.aim for one, _ in found]
    assert len(aims) == len(set(aims)) <= rules.MOST_RECOMMENDED
    assert all((result.level or 0) <= one.up_to and result.area.key == one.area for one, result in found)


@given(SAID)
def test_a_picture_stays_between_the_ends(levels: dict[str, int | None]) -> None:
    for one in rules.picture(two_areas(), said(**levels)):
        assert one.score is None or 0 <= one.score <= 4
        assert one.level is None or (
            one.level in rules.LEVEL_WORDS and abs(one.level - (one.score or 0)) <= 0.5
        )


def test_only_questions_in_the_same_words_are_compared() -> None:
    old = Content(two_areas())
    new = Content(
        (
            area("shop", "Kundschaft", question("s1"), question("s2", "Ganz anders gefragt?")),
            area("data", "Daten", question("d1", levels="neu "), question("d2"), question("d4")),
        )
    )
    earlier, later = said(s1=1, s2=1, d1=0, d2=1, d3=4), said(s1=3, s2=4, d1=4, d2=None, d4=2)

    found = rules.compared(old, earlier, new, later)

    assert [(one.area.key, one.before, one.after, one.questions) for one in found.changes] == [
        ("shop", 1, 3, 1), ("data", None, None, 0),
    ]  # fmt: skip
    assert (found.compared, found.other_words, found.unanswered) == (1, 4, 1)
    assert found.furthest is not None
    assert found.furthest.area.key == "shop"


def test_english_words_and_reasons_may_be_mended_without_losing_the_comparison() -> None:
    mended = question("s1")
    mended = type(mended)(
        key="s1", text=Words(mended.text.de, "Better"), why=Words("Neu"), levels=mended.levels
    )

    assert mended.digest == question("s1").digest


@given(SAID, SAID)
def test_a_comparison_counts_every_question_once_and_turns_round(
    one: dict[str, int | None], other: dict[str, int | None]
) -> None:
    content = Content(two_areas())
    there = rules.compared(content, said(**one), content, said(**other))
    back = rules.compared(content, said(**other), content, said(**one))

    assert there.compared + there.unanswered == 5
    assert [each.step for each in there.changes] == [-each.step for each in back.changes]


@given(some.lists(some.none() | some.integers(0, 40).map(lambda tenth: tenth / 10)))
def test_a_median_is_shown_from_five_on_and_is_never_one_companys_own_score(
    scores: list[float | None],
) -> None:
    known = [one for one in scores if one is not None]
    found = rules.median_of(scores)

    assert (found is None) == (len(known) < rules.FEWEST)
    assert found is None or (found * 2 == int(found * 2) and 0 <= found <= 4)


@pytest.mark.parametrize(
    ("value", "is_one"), [(0, True), (4, True), (5, False), (-1, False), (True, False), ("1", False)]
)
def test_levels_are_the_numbers_from_0_to_4(value: object, is_one: bool) -> None:  # noqa: FBT001 - a row of a table
    assert rules.is_level(value) is is_one


def test_the_usual_check_is_whole_in_both_languages() -> None:
    areas = usual_areas()

    assert len(areas) == 6
    for one in areas:
        assert len(one.steps) == 5
        assert 3 <= len(one.questions) <= 5
        texts = [one.name, one.about, *one.steps]
        for each in one.questions:
            assert len(each.levels) == 5
            texts += [each.text, each.why, *each.levels]
        assert all(words.de and words.en and words.de != words.en for words in texts)
    keys = [each.key for one in areas for each in one.questions]
    assert len(keys) == len(set(keys))
