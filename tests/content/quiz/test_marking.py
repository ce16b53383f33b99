"""Marking: each kind by its rule, and the laws that hold for all of them."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.marking import MarkState, by_hand, comparable, mark, right_answer
from content.quiz.numbers import numbers_from
from content.quiz.questions import (
    Accepted,
    FreeText,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    ShortText,
)
from tests.content.quiz.questions import (
    FREE,
    GAPS,
    IN_PAIRS_OR_GAPS,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ONE_OF_EACH,
    ORDERING,
    SHORT,
    SINGLE,
    SPOTS,
    TRUE,
    answers,
    choices,
    questions,
)

half = Fraction(1, 2)


@pytest.mark.parametrize(
    ("question", "answer", "points"),
    [
        (SINGLE, Chosen(("right",)), 1),
        (SINGLE, Chosen(("cat",)), 0),
        (SINGLE, Chosen(("right", "cat")), 0),
        (TRUE, Chosen(("false",)), 1),
        (TRUE, Chosen(("true",)), 0),
        (MULTIPLE, Chosen(("a", "b")), 6),
        (MULTIPLE, Chosen(("b", "a")), 6),
        (MULTIPLE, Chosen(("a",)), 3),
        (MULTIPLE, Chosen(("a", "c")), 1),
        (MULTIPLE, Chosen(("a", "b", "c", "d", "e")), 0),
        (MULTIPLE, Chosen(("c",)), 0),
        (replace(MULTIPLE, partial=False), Chosen(("a",)), 0),
        (SPOTS, Chosen(("lock",)), 1),
        (SPOTS, Chosen(("lock", "star")), 0),
        (ORDERING, Ordered(("1", "2", "3", "4")), 3),
        (ORDERING, Ordered(("4", "1", "2", "3")), 2),
        (ORDERING, Ordered(("4", "3", "2", "1")), 0),
        (ORDERING, Ordered(("1", "1", "2", "2")), 0),
        (replace(ORDERING, partial=False), Ordered(("4", "1", "2", "3")), 0),
        (MATCHING, Matched({"de": "de", "fr": "fr"}), 2),
        (MATCHING, Matched({"fr": "fr", "de": "x"}), 1),
        (MATCHING, Matched({"de": "fr", "fr": "de"}), 0),
        (GAPS, Filled({"1": " hund ", "2": "KATZE"}), 2),
        (GAPS, Filled({"1": "Dackel", "2": "Kuh"}), half),
        (GAPS, Filled({"2": "Katze"}), 1),
        (SHORT, Written("In  der\nAdresszeile "), 2),
        (SHORT, Written("oben"), 1),
        (SHORT, Written("unten"), 0),
        (replace(SHORT, ignore_case=False), Written("IN DER ADRESSZEILE"), 0),
        (NUMBER, Written("1.234,5"), 1),
        (NUMBER, Written("1235 m"), 1),
        (NUMBER, Written("1235,01"), 0),
        (NUMBER, Written("1234,5 km"), 0),
        (NUMBER, Written("viele"), 0),
    ],
)
def test_each_kind_is_marked_by_its_rule(question: Question, answer: Answer, points: Fraction) -> None:
    assert mark(question, answer).points == points


def test_items_and_right_sides_with_equal_words_stand_for_each_other() -> None:
    letters = Ordering(
        key="q", text="", items=tuple(Item(key=str(i), text=text) for i, text in enumerate("elle"))
    )
    twice = Matching(
        key="q",
        text="",
        pairs=(Pair(key="1", left="Hund", right="Tier"), Pair(key="2", left="Katze", right="Tier")),
    )

    assert mark(letters, Ordered(("3", "2", "1", "0"))).state is MarkState.RIGHT
    assert mark(twice, Matched({"1": "1", "2": "1"})).state is MarkState.RIGHT


def test_feedback_comes_for_what_was_chosen_and_parts_say_which_were_right() -> None:
    assert mark(SINGLE, Chosen(("cat",))).feedback == ("Sie miaut.",)
    assert mark(MATCHING, Matched({"fr": "fr", "de": "x"})).right_parts == {"fr"}
    assert mark(GAPS, Filled({"1": "Dackel", "2": "katze"})).right_parts == {"2"}


def test_a_free_text_waits_for_a_person_unless_it_is_empty() -> None:
    assert mark(FREE, Written("Viel.")).state is MarkState.OPEN
    assert mark(FREE, Written("Viel.")).points is None
    assert mark(FREE, Written(" \n")).points == 0
    assert by_hand(FREE, Fraction(7, 2)).points == 3
    assert by_hand(FREE, half).state is MarkState.PARTLY


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,5", ["1.5"]),
        ("1.5", ["1.5"]),
        ("1.234,5", ["1234.5"]),
        ("1,234.5", ["1234.5"]),
        ("1.234", ["1.234", "1234"]),
        ("1,234", ["1.234", "1234"]),
        ("0,234", ["0.234"]),
        ("1.234.567", ["1234567"]),
        ("1 234,5", ["1234.5"]),
        ("1\u202f234", ["1234"]),
        ("1'234", ["1234"]),
        ("\u2212 3", ["-3"]),
        ("\u20133,5", ["-3.5"]),
        ("+7", ["7"]),
        (",5", ["0.5"]),
        ("\uff11\uff12", ["12"]),
        ("\u0663", ["3"]),
        ("5 Euro", ["5"]),
        ("5€", ["5"]),
        ("", []),
        ("-", []),
        ("1,2,3", []),
        ("1.23.4", []),
        ("1.234,", []),
        ("5.", []),
        ("5 kg", []),
        ("1e5", []),
        ("NaN", []),
        ("9" * 10_000, []),
    ],
)
def test_a_number_is_read_as_people_type_it(text: str, numbers: list[str]) -> None:
    assert list(numbers_from(text, "EUR")) == [Decimal(number) for number in numbers]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("STRASSE", "Straße"),
        ("u\u0308ben", "Üben"),
        ("\u200b\u202eWort\u00ad", "Wort"),
        ("\u201eHallo\u201c", '"hallo"'),
        ("E\u2013Mail", "e-mail"),
        ("geht\u2019s", "geht's"),
        ("a\u00a0b", "a b"),
        ("\ufb01nden", "finden"),
    ],
)
def test_words_are_compared_as_people_read_them(typed: str, wanted: str) -> None:
    assert comparable(typed) == comparable(wanted)


def test_case_counts_where_the_author_says_so() -> None:
    assert comparable("Straße", ignore_case=False) != comparable("strasse", ignore_case=False)


def test_hostile_numbers_of_an_author_fill_no_memory() -> None:
    huge = Number(key="q", text="", value=Decimal("1e999999"), tolerance=Decimal("Infinity"))

    assert mark(huge, Written("1")).points == 0


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_points_are_between_nothing_and_all_and_marking_twice_gives_the_same(data: st.DataObject) -> None:
    question = data.draw(questions())
    answer = data.draw(st.none() | answers(question))

    found = mark(question, answer)

    assert found == mark(question, answer)
    if found.points is None:
        assert isinstance(question, FreeText)
    else:
        assert 0 <= found.points <= question.points
        assert (found.state is MarkState.RIGHT) == (found.points == question.points)


@settings(max_examples=50, deadline=None)
@given(questions())
def test_the_right_answer_gets_all_points(question: Question) -> None:
    answer = right_answer(question)

    if answer is None:
        assert isinstance(question, FreeText)
    elif isinstance(question, ShortText | Number) or answer != Filled({}):
        assert mark(question, answer).state is MarkState.RIGHT


@settings(max_examples=50, deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_chosen_does_not_matter(data: st.DataObject, random: Random) -> None:
    question = data.draw(questions())
    answer = data.draw(answers(question))
    assume(not isinstance(answer, Ordered))

    assert mark(question, answer) == mark(question, stirred(answer, random))


def stirred(answer: Answer, random: Random) -> Answer:
    """The same answer, given in another order."""
    match answer:
        case Chosen(keys=keys):
            return Chosen(tuple(random.sample(keys, len(keys))))
        case Matched(keys=put):
            return Matched(dict(random.sample(list(put.items()), len(put))))
        case Filled(texts=texts):
            return Filled(dict(random.sample(list(texts.items()), len(texts))))
        case _:
            return answer


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_right_choice_more_never_costs_and_a_wrong_one_more_never_gains(data: st.DataObject) -> None:
    parts = data.draw(choices(exactly_one=False))
    question = MultipleChoice(key="q", text="", points=6, choices=parts)
    chosen = data.draw(st.sets(st.sampled_from([one.key for one in parts])))
    more = data.draw(st.sampled_from(parts))

    before = mark(question, Chosen(tuple(sorted(chosen)))).points
    after = mark(question, Chosen(tuple(sorted(chosen | {more.key})))).points

    assert before is not None
    assert after is not None
    assert after >= before if more.is_right or more.key in chosen else after <= before


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_one_more_pair_or_gap_that_is_right_never_costs(data: st.DataObject) -> None:
    question = data.draw(questions(kinds=IN_PAIRS_OR_GAPS))
    right = right_answer(question)
    assert isinstance(right, Matched | Filled)
    parts = right.keys if isinstance(right, Matched) else right.texts
    keys, values = st.sampled_from(sorted(parts)), st.sampled_from(sorted(parts.values()))
    put, one = data.draw(st.dictionaries(keys, values)), data.draw(keys)

    before, after = mark(question, type(right)(put)), mark(question, type(right)(put | {one: parts[one]}))

    assert before.points is not None
    assert after.points is not None
    assert before.points <= after.points


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_partial_marks_never_give_less_than_all_or_nothing(data: st.DataObject) -> None:
    question = data.draw(questions())
    answer = data.draw(answers(question))

    strict, kind = (
        mark(replace(question, partial=False), answer),
        mark(replace(question, partial=True), answer),
    )

    assert strict.points in {None, 0, question.points}
    assert strict.points is None or (kind.points is not None and strict.points <= kind.points)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_questions_and_answers_come_back_from_json_as_they_were(data: st.DataObject) -> None:
    question = data.draw(questions())
    answer = data.draw(answers(question))

    read = msgspec.json.decode(msgspec.json.encode(question), type=Question)
    given_back = msgspec.json.decode(msgspec.json.encode(answer), type=Answer)

    assert (read, given_back) == (question, answer)
    assert mark(read, given_back) == mark(question, answer)


@settings(max_examples=50, deadline=None)
@given(st.decimals(-10_000, 10_000, places=3))
def test_a_number_counts_as_it_is_printed_in_german_and_in_english(value: Decimal) -> None:
    question = Number(key="q", text="", value=value)

    for text in (f"{value:f}".replace(".", ","), f"{value:f}", f"{value:,f}"):
        assert mark(question, Written(text)).state is MarkState.RIGHT


def test_there_is_a_question_of_every_kind() -> None:
    assert {type(one) for one in ONE_OF_EACH} == set(Question.__args__)


def test_wordings_of_nothing_but_spaces_fit_nothing() -> None:
    question = ShortText(key="q", text="", accepted=(Accepted(text=" "),))

    assert mark(question, Written("x")).points == 0
