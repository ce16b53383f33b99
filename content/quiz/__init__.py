"""Quizzes as values: questions, answers, and marking as a pure function of both.

>>> from decimal import Decimal
>>> prefix = Number(key="prefix", text="Which number calls an ambulance?", value=Decimal(112))
>>> cover = MultipleChoice(key="cover", text="What belongs on paper?", points=2, choices=(
...     Choice(key="a", text="The recovery code", is_right=True),
...     Choice(key="b", text="The number to block the card", is_right=True),
...     Choice(key="c", text="The PIN of the card", feedback="Whoever finds it has your money.")))
>>> quiz = Quiz(pools=(Pool(key="all", questions=(prefix, cover)),), pass_percent=60)
>>> problems(quiz, files=())
[]

Somebody's sheet comes from a seed, the same on every machine and with every version of Python:

>>> sheet = draw(quiz, "seed of this attempt")
>>> answers = {"prefix": Written(text="112"), "cover": Chosen(keys=("a",))}
>>> result = result_of(sheet, answers, quiz.pass_percent)
>>> result.points, result.out_of, result.passed
(Fraction(2, 1), 3, True)
>>> result.marks["cover"].points, result.marks["cover"].state
(Fraction(1, 1), <MarkState.PARTLY: 'partly'>)

`content.quiz.statistics` says what the answers of many say about the questions, `content.quiz.hints` what their author might
look at. Numbers are read as people type them, `1.234,5` and `1,234.5` alike (`content.quiz.numbers`).
"""

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.checking import problems
from content.quiz.drawing import Placed, QuizChanged, Sheet, draw, sheet_of
from content.quiz.marking import Mark, MarkState, by_hand, mark, right_answer
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
    Reveal,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)
from content.quiz.results import Result, result_of

__all__ = [
    "Accepted",
    "Answer",
    "Choice",
    "Chosen",
    "Filled",
    "FreeText",
    "Gap",
    "GapText",
    "HotSpots",
    "Item",
    "Mark",
    "MarkState",
    "Matched",
    "Matching",
    "MultipleChoice",
    "Number",
    "Ordered",
    "Ordering",
    "Pair",
    "Placed",
    "Pool",
    "Question",
    "Quiz",
    "QuizChanged",
    "Result",
    "Reveal",
    "Shape",
    "Sheet",
    "ShortText",
    "SingleChoice",
    "Spot",
    "TrueFalse",
    "Written",
    "by_hand",
    "draw",
    "mark",
    "problems",
    "result_of",
    "right_answer",
    "sheet_of",
]
