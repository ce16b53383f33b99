"""What may be shown of surveys, what looks like a name, and how codes are typed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.surveys.findings import finding
from lms.surveys.questions import Choice, Question, QuestionKind, usual_questions
from lms.surveys.rules import FEWEST, Box, codes_in, names_in, results, taken, together
from lms.web.language import use_locale

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


@pytest.mark.parametrize(
    ("key", "counts", "said"),
    [
        ("again", {"yes": 9, "no": 3}, "9 von 12 würden den Kurs weiterempfehlen"),
        ("again", {"yes": 7}, "Alle 7 würden den Kurs weiterempfehlen"),
        ("again", {"yes": 1, "no": 6}, "6 von 7: Nein"),
        ("overall", {"5": 4, "4": 2, "3": 1}, "6 von 7 fanden den Kurs gut oder sehr gut"),
        ("overall", {"1": 5, "2": 1}, "6 von 6 nahe an „gar nicht gut“"),
        ("overall", {"1": 3, "5": 1, "3": 3}, "Die Meinungen gehen auseinander: im Schnitt 2,4 von 5"),
        ("pace", {"1": 5, "0": 2}, "5 von 7: genau richtig"),
        ("pace", {"1": 3, "0": 3}, "Je 3 von 6: zu langsam; genau richtig"),
        ("again", {"yes": 4}, ""),
    ],
)
def test_a_result_is_said_in_one_sentence_and_nothing_is_said_of_four(
    key: str, counts: dict[str, int], said: str
) -> None:
    question = next(one for one in usual_questions() if one.key == key)
    found = results([Box(uuid4(), [question], sum(counts.values()), {key: counts}, {})])

    with use_locale("de"):
        assert [finding(one, "de") for one in found] == [said]


def test_how_a_result_is_said_does_not_count_as_another_question() -> None:
    usual = usual_questions()[0]

    assert msgspec.structs.replace(usual, finding=Choice("")).digest == usual.digest


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
