"""From a question to what its form shows; `converting.py` is the way back."""

from functools import singledispatch
from typing import Any

from content.quiz.questions import (
    Accepted,
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from lms.quizzes.editing.converting import ANCHOR

Filling = tuple[dict[str, Any], list[dict[str, Any]]]
"""The fields of the kind, and those of its rows."""


def values_of(question: Question) -> dict[str, Any]:
    """What the form of a question shows, rows included."""
    own, rows = _shown(question)
    values: dict[str, Any] = {
        "text": question.text, "points": question.points, "partial": question.partial,
        "feedback": question.feedback, "key": question.key, "rows": str(len(rows)),
        "reading": f"{question.lesson}{ANCHOR}{question.place}" if question.place else question.lesson,
        **own,
    }  # fmt: skip
    for number, row in enumerate(rows):
        values |= {f"r{number}_{name}": value for name, value in row.items()}
    return values


@singledispatch
def _shown(question: Question) -> Filling:
    raise TypeError(type(question))


@_shown.register(SingleChoice)
@_shown.register(MultipleChoice)
def _(question: SingleChoice | MultipleChoice) -> Filling:
    rows = [
        {"key": one.key, "text": one.text, "right": one.is_right, "feedback": one.feedback}
        for one in question.choices
    ]
    return {"shuffle": question.shuffle}, rows


@_shown.register
def _(question: TrueFalse) -> Filling:
    return {"truth": "true" if question.is_true else "false"}, []


@_shown.register
def _(question: Ordering) -> Filling:
    return {}, [{"key": one.key, "text": one.text} for one in question.items]


@_shown.register
def _(question: Matching) -> Filling:
    rows = [{"key": one.key, "left": one.left, "right": one.right} for one in question.pairs]
    return {"distractors": "\n".join(" ".join(one.text.split()) for one in question.distractors)}, rows


@_shown.register
def _(question: GapText) -> Filling:
    return {}, [
        {
            "key": one.key, "name": one.key, "options": "\n".join(one.options), "case": not one.ignore_case,
            "accepted": "\n".join(_line_of(wording) for wording in one.accepted),
        }
        for one in question.gaps
    ]  # fmt: skip


@_shown.register
def _(question: Number) -> Filling:
    return {
        "value": question.value if question.value.is_finite() else None,
        "tolerance": question.tolerance or None,
        "unit": question.unit,
    }, []


@_shown.register
def _(question: ShortText) -> Filling:
    rows = [{"text": one.text, "percent": one.percent, "feedback": one.feedback} for one in question.accepted]
    return {"case": not question.ignore_case}, rows


@_shown.register
def _(question: FreeText) -> Filling:
    return {"guidance": question.guidance, "most_words": question.most_words}, []


@_shown.register
def _(question: HotSpots) -> Filling:
    rows = [
        {
            "key": one.key, "label": one.label, "right": one.is_right, "shape": one.shape.value, "x": one.x,
            "y": one.y, "width": one.width, "height": one.height, "feedback": one.feedback,
        }
        for one in question.spots
    ]  # fmt: skip
    return {"picture": question.picture, "alt": question.alt}, rows


def _line_of(wording: Accepted) -> str:
    return wording.text if wording.percent == 100 else f"{wording.text} ({wording.percent} %)"
