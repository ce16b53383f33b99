"""What may be shown of surveys, what looks like a name, and how codes are typed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.surveys.questions import Choice, Question, QuestionKind, usual_questions
from lms.surveys.rules import FEWEST, Box, codes_in, names_in, results, taken, together

SCALE = Question(kind=QuestionKind.SCALE, key="a", text_de="Wie?", low=Choice("schlecht"), high=Choice("gut"))


def boxes(unit: UUID, counts: Sequence[int]) -> list[Box]:
    return [Box(unit, [SCALE], count, {"a": {"3": count}}, {}) for count in counts]


@given(some.lists(some.lists(some.integers(0, 9), min_size=1, max_size=3), max_size=4), some.data())
def test_the_difference_of_two_selections_is_nothing_or_at_least_five(
    given_units: list[list[int]], data: some.DataObject
) -> None:
    """Whatever whole units one selection has more than another."""
    units = [boxes(uuid4(), counts) for counts in given_units]
    less = [one for one in units if data.draw(some.booleans())]

    def shown(chosen: list[list[Box]]) -> int:
        return sum(one.given for one in results(box for unit in chosen for box in unit))

    difference = shown(units) - shown(less)
    assert difference == 0 or difference >= FEWEST


def test_other_words_are_counted_apart() -> None:
    unit, other = uuid4(), uuid4()
    changed = Question(kind=QuestionKind.SCALE, key="a", text_de="Wie gut?", low=SCALE.low, high=SCALE.high)
    found = results([*boxes(unit, [5]), Box(other, [changed], 6, {"a": {"1": 6}}, {})])

    assert [(one.question.text_de, one.given) for one in found] == [("Wie?", 5), ("Wie gut?", 6)]


def test_small_surveys_wait_until_they_are_five_together() -> None:
    class One:
        id = uuid4()

    assert together([(One(), 4)]) == []
    assert len(together([(One(), 4), (One(), 0), (One(), 1)])) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Frau Behlau war nett", ["Behlau"]),
        ("katrin erklärt gut", ["katrin"]),
        ("Schreiben Sie an ada@example.com", ["ada@example.com"]),
        ("Ruft an: 03904 123456", ["03904 123456"]),
        ("Die Pausen waren gut, Note 1", []),
        ("", []),
    ],
)
def test_a_text_that_may_name_somebody(text: str, found: list[str]) -> None:
    assert names_in(text, ["Katrin Behlau", "Li Wu"]) == found


def test_what_is_left_out_is_left_out_and_what_is_unknown_is_dropped() -> None:
    assert taken(usual_questions(), {"overall": "5", "liked": "  ", "x": "y"}) == {"overall": "5"}


def test_codes_as_people_type_them() -> None:
    assert codes_in("ABCD efgh\n\n abcdefgh, QRST2345;") == ["abcdefgh", "qrst2345"]
