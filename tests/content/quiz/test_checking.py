"""What is said about a quiz that is not ready yet, and where."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from content.problems import Problem
from content.quiz.checking import found, problems, question_problems
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    HotSpots,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Pool,
    Question,
    Quiz,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)

YES, NO = Choice(key="a", text="Ja", is_right=True), Choice(key="b", text="Nein")
SINGLE = SingleChoice(key="q1", text="Ist das eine Betrugsmail?", choices=(YES, NO))
SEVERAL = MultipleChoice(key="q2", text="Woran sehen Sie es?", choices=(YES, NO))
TRUE = TrueFalse(key="q3", text="Die Bank fragt nie nach der PIN.", is_true=True)
ORDER = Ordering(key="q4", text="Der Reihe nach", items=(Item(key="1", text="An"), Item(key="2", text="Aus")))
MATCH = Matching(
    key="q5",
    text="Was gehört zusammen?",
    pairs=(Pair(key="1", left="PIN", right="geheim"), Pair(key="2", left="Name", right="öffentlich")),
    distractors=(Item(key="3", text="egal"),),
)
GAPS = GapText(
    key="q6", text="Am Anfang steht {{ort}}.", gaps=(Gap(key="ort", accepted=(Accepted(text="https"),)),)
)
NUMBER = Number(key="q7", text="Wie viele?", value=Decimal(3))
SHORT = ShortText(key="q8", text="Wie heißt es?", accepted=(Accepted(text="Phishing"),))
FREE = FreeText(key="q9", text="Was würden Sie tun?")
SPOTS = HotSpots(
    key="q10",
    text="Wo tippen Sie?",
    picture="post.png",
    alt="Ein Postfach",
    spots=(
        Spot(key="1", label="Absender", x=0, y=0, width=500, height=100, is_right=True),
        Spot(key="2", label="Datum", x=900, y=900, width=100, height=100, shape=Shape.CIRCLE),
    ),
)
ALL: tuple[Question, ...] = (SINGLE, SEVERAL, TRUE, ORDER, MATCH, GAPS, NUMBER, SHORT, FREE, SPOTS)
FILES = {"post.png"}


def quiz(*questions: Question, draw: int | None = None, **settings: Any) -> Quiz:
    return Quiz(pools=(Pool(key="p", title="Betrug", questions=questions, draw=draw),), **settings)


def said(question: Question) -> list[str]:
    return [one.message % one.params for one in question_problems(question, files=FILES, lessons={"l1"})]


def test_a_good_question_of_each_kind_has_no_problem() -> None:
    assert problems(quiz(*ALL), files=FILES, lessons=()) == []


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (
            replace(SINGLE, choices=(NO, Choice(key="c", text="Vielleicht"))),
            ["No answer is marked as right."],
        ),
        (
            replace(SINGLE, choices=(YES, Choice(key="c", text="Doch", is_right=True))),
            ["2 answers are marked as right, but only one can be chosen."],
        ),
        (replace(SEVERAL, choices=(NO, Choice(key="c", text="X"))), ["No answer is marked as right."]),
        (replace(SINGLE, choices=(YES,)), ["There have to be two answers at least."]),
        (
            replace(SINGLE, choices=(YES, Choice(key="a", text="Nein"))),
            ["Two parts of the question have the same key."],
        ),
        (replace(SINGLE, choices=(YES, Choice(key="b", text=" JA "))), ["“JA” stands there twice."]),
        (replace(SINGLE, choices=(YES, Choice(key="b", text=" "))), ["An answer has no words."]),
        (replace(TRUE, text=" \n"), ["The question has no words."]),
        (replace(TRUE, points=0), ["The question gives no points."]),
        (replace(TRUE, points=101), ["The question gives more than 100 points."]),
        (replace(FREE, points=0), ["A text that somebody marks needs points to be given."]),
        (replace(FREE, most_words=0), ["At least one word has to be allowed. Leave it empty for no limit."]),
        (replace(TRUE, lesson="l9"), ["The lesson to read again is not there any more."]),
        (replace(TRUE, lesson="l1", place="pin"), []),
        (replace(TRUE, place="pin"), ["A heading is named, but not the lesson in which it stands."]),
        (replace(ORDER, items=ORDER.items[:1]), ["There have to be two things at least to put in order."]),
        (replace(MATCH, pairs=MATCH.pairs[:1], distractors=()), ["There have to be two pairs at least."]),
        (
            replace(MATCH, distractors=(Item(key="3", text="Geheim"),)),
            ["“Geheim” is to fit nowhere, but it is the right answer of a pair."],
        ),
        (
            replace(MATCH, pairs=(MATCH.pairs[0], Pair(key="2", left="pin", right="x"))),
            ["“pin” stands there twice."],
        ),
        (replace(GAPS, text="Ohne", gaps=()), ["The text has no gap."]),
        (
            replace(GAPS, text="{{ort}} und {{zeit}}"),
            ["The text has a gap “zeit”, but nothing says what belongs there."],
        ),
        (
            replace(GAPS, text="Am Anfang"),
            ["There is an answer for a gap “ort”, but the text has no such gap."],
        ),
        (replace(GAPS, text="{{ort}} {{ort}}"), ["The gap “ort” stands in the text more than once."]),
        (replace(GAPS, gaps=(Gap(key="ort", accepted=()),)), ["No right answer is given."]),
        (
            replace(GAPS, gaps=(Gap(key="ort", accepted=(Accepted(text="a"),), options=("b", "c")),)),
            ["The right word cannot be chosen in the gap “ort”."],
        ),
        (replace(NUMBER, tolerance=Decimal(-1)), ["How much an answer may differ cannot be less than zero."]),
        (replace(NUMBER, value=Decimal("NaN")), ["The right number is missing."]),
        (replace(SHORT, accepted=(Accepted(text="  "),)), ["No right answer is given."]),
        (replace(SHORT, accepted=(Accepted(text="x", percent=50),)), ["No answer gives all points."]),
        (
            replace(SHORT, accepted=(Accepted(text="x"), Accepted(text="y", percent=101))),
            ["An answer gives between 0 and 100 percent of the points."],
        ),
        (replace(SPOTS, picture=""), ["The picture is missing."]),
        (replace(SPOTS, picture="film.mp4"), ["“film.mp4” is not a picture."]),
        (
            replace(SPOTS, picture="weg.png"),
            ["The picture “weg.png” is not among the files of the course."],
        ),
        (replace(SPOTS, alt=""), ["The picture needs a description for those who do not see it."]),
        (
            replace(SPOTS, spots=(SPOTS.spots[0], replace(SPOTS.spots[1], x=950))),
            ["The place “Datum” lies outside of the picture."],
        ),
        (
            replace(SPOTS, spots=(SPOTS.spots[0], replace(SPOTS.spots[1], label=" ", width=0))),
            ["Place 2 in the picture has no label.", "The place “2” has no extent."],
        ),
        (
            replace(SPOTS, spots=(SPOTS.spots[1],)),
            [
                "Draw two places at least, a wrong one too: who does not see the picture chooses between them.",
                "No place is marked as right.",
            ],
        ),
    ],
)
def test_each_mistake_has_its_sentence(question: Question, sentences: list[str]) -> None:
    assert said(question) == sentences


def test_equal_words_that_marking_takes_for_each_other_are_no_mistake() -> None:
    twice = replace(ORDER, items=(*ORDER.items, Item(key="3", text="An")))
    same_right = replace(MATCH, pairs=(*MATCH.pairs, Pair(key="9", left="TAN", right="geheim")))

    assert (said(twice), said(same_right)) == ([], [])


def test_case_is_no_double_where_case_may_count() -> None:
    assert said(replace(SHORT, accepted=(Accepted(text="sie"), Accepted(text="Sie", percent=50)))) == []


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        (quiz(), ["There is no question yet."]),
        (quiz(TRUE, pass_percent=0), ["The pass mark lies between 1 and 100 percent."]),
        (quiz(TRUE, pass_percent=101), ["The pass mark lies between 1 and 100 percent."]),
        (
            quiz(TRUE, attempts=0),
            ["At least one attempt is needed. Leave it empty for as many as one likes."],
        ),
        (quiz(TRUE, minutes=0), ["The time limit is at least one minute. Leave it empty for no limit."]),
        (quiz(TRUE, TRUE), ["Two questions have the same key: answers could not be told apart."]),
        (quiz(TRUE, draw=2), ["2 questions are to be drawn from the group, but it has 1."]),
        (quiz(TRUE, draw=0), ["At least one question has to be drawn from the group."]),
        (
            quiz(TRUE, replace(FREE, points=5), draw=1),
            [
                "The questions of a group from which some are drawn should all give the same points: else luck decides."
            ],
        ),
        (quiz(TRUE, replace(FREE, points=5), draw=2), []),
    ],
)
def test_what_is_wrong_with_the_quiz_as_a_whole(given: Quiz, sentences: list[str]) -> None:
    assert [one.message % one.params for one in problems(given, files=FILES)] == sentences


def test_a_problem_names_its_question_by_number_and_words_and_gives_its_key() -> None:
    bad = replace(
        SPOTS, picture="", text="Wo tippen Sie\nbei einer Nachricht, die so aussieht wie die hier gezeigte?"
    )

    [one] = found(quiz(SINGLE, bad), files=FILES)

    assert (one.question, one.pool) == ("q10", "p")
    assert one.problem == Problem(
        "The picture is missing.", place="2. Wo tippen Sie bei einer Nachricht, die so aussieht wie die…"
    )
