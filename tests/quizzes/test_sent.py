"""Answers as forms send them, and quizzes without rows."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.quiz.answers import Chosen, Filled, Ordered
from content.quiz.drawing import Drawn, draw
from content.quiz.marking import right_answer
from content.quiz.questions import Question
from lms.kernel.errors import Invalid
from lms.kernel.tokens import Signer
from lms.quizzes import loose
from lms.quizzes.errors import AnswerTooLong, NumberNeeded, OtherUnitNeeded, PlaceTakenTwice
from lms.quizzes.explaining import sentence
from lms.quizzes.sent import answer_from, typed_from
from lms.web.language import use_locale
from tests.content.quiz.questions import FREE, GAPS, NUMBER, ONE_OF_EACH, ORDERING, SHORT, SINGLE, questions
from tests.quizzes.quizzing import RIGHT, TEN, quiz_of


def drawn(question: Question, seed: str = "1") -> Drawn:
    return draw(quiz_of(question), seed).questions[0]


@settings(max_examples=60, deadline=None)
@given(questions(), st.text(max_size=5))
def test_what_was_saved_stands_in_the_fields_again_and_is_sent_as_it_was(
    question: Question, seed: str
) -> None:
    one, answer = drawn(question, seed), right_answer(question)

    assert answer_from(one, typed_from(one, answer)) == answer or not isinstance(answer, Ordered | Chosen)


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda one: one.key)
def test_each_kind_reads_its_own_fields_and_leaves_out_what_no_page_sends(question: Question) -> None:
    one = drawn(question)
    answer = right_answer(question)

    if answer is not None:
        assert answer_from(one, typed_from(one, answer)) == answer
    assert answer_from(one, {}) is None
    for name in ("platz-0", "seite-0", "fremd"):
        assert answer_from(one, {name: ["-1"]}) is None
    hostile = answer_from(one, {"luecke-1": ["right"], "platz-0": ["999999999"], "seite-0": ["²"]})
    assert hostile is None


def test_two_lines_at_one_place_are_refused() -> None:
    with pytest.raises(PlaceTakenTwice):
        answer_from(drawn(ORDERING), {"platz-0": ["1"], "platz-1": ["1"]})


def test_a_number_is_asked_for_again_when_it_is_none() -> None:
    with pytest.raises(OtherUnitNeeded):
        answer_from(drawn(NUMBER), {"antwort": ["zwölf"]})
    with pytest.raises(NumberNeeded):
        answer_from(drawn(type(NUMBER)(key="n", text="", value=NUMBER.value)), {"antwort": ["5 kg"]})


@pytest.mark.parametrize("question", [FREE, SHORT])
def test_an_answer_longer_than_anybody_writes_is_refused(question: Question) -> None:
    with pytest.raises(AnswerTooLong):
        answer_from(drawn(question), {"antwort": ["x" * 20_001]})


def test_signs_that_nobody_can_read_are_left_out_of_a_gap() -> None:
    assert answer_from(drawn(GAPS), {"luecke-0": ["Hu\x00nd\x07"]}) == Filled({"1": "Hund"})


def test_a_quiz_without_rows_comes_back_from_its_form() -> None:
    signer, quiz = Signer(["secret"]), quiz_of(*TEN)
    begun = loose.begin(quiz, signer).with_answer(1, RIGHT).with_answer(2, RIGHT).with_answer(2, None)

    found = loose.again(quiz, begun.signed, signer, begun.carried)

    assert found.sheet == begun.sheet
    with use_locale("de"):
        assert sentence(found) == "1 von 10 richtig. Zum Bestehen brauchen Sie 6."


@pytest.mark.parametrize("carried", ["{", "[]", '{"q0": {"kind": "hack"}}', '{"a": 1}', "x" * 200_000])
def test_nobody_chooses_a_seed_or_sends_answers_of_no_kind(carried: str) -> None:
    signer, quiz = Signer(["secret"]), quiz_of(SINGLE)
    begun = loose.begin(quiz, signer)

    with pytest.raises(Invalid):
        loose.again(quiz, begun.signed, signer, carried)
    for signed in ("", str(uuid4()), f"{uuid4()}.{begun.signed.partition('.')[2]}", begun.signed.upper()):
        with pytest.raises(Invalid):
            loose.again(quiz, signed, signer)
