"""The result of a whole attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from content.quiz.answers import Answer
from content.quiz.drawing import Sheet
from content.quiz.marking import Mark, MarkState, by_hand, is_answered, mark
from content.quiz.questions import (
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    ShortText,
)

_IN_PARTS = (GapText, HotSpots, Matching, MultipleChoice, Ordering, ShortText, FreeText)


@dataclass(frozen=True, slots=True)
class Result:
    """All marks, by question. `points` counts what is marked so far, `open_points` what may still come from a person."""

    marks: Mapping[str, Mark]
    points: Fraction
    open_points: int
    out_of: int
    needed: Fraction

    @property
    def right(self) -> int:
        """How many questions are wholly right."""
        return sum(one.state is MarkState.RIGHT for one in self.marks.values())

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to mark a part."""
        return any(one.points is None for one in self.marks.values())

    @property
    def passed(self) -> bool | None:
        """Whether it is passed; None while that hangs on what a person still has to mark."""
        if self.points >= self.needed:
            return True
        return None if self.points + self.open_points >= self.needed else False


def result_of(
    sheet: Sheet,
    answers: Mapping[str, Answer],
    pass_percent: int,
    *,
    given: Mapping[str, Fraction] | None = None,
) -> Result:
    """Mark everything. `given` are points that a person gave, by question; they count instead of ours."""
    marks = {}
    for drawn in sheet.questions:
        question, answer = drawn.question, answers.get(drawn.question.key)
        ours = mark(question, answer)
        if given and question.key in given and is_answered(answer):
            theirs = by_hand(question, given[question.key])
            ours = replace(ours, points=theirs.points, state=theirs.state)
        marks[question.key] = ours
    return Result(
        marks,
        sum((one.points for one in marks.values() if one.points is not None), Fraction(0)),
        sum(one.out_of for one in marks.values() if one.points is None),
        sheet.out_of,
        needed(sheet, pass_percent),
    )


def needed(sheet: Sheet, pass_percent: int) -> Fraction:
    """The points that pass; whole where no answer can get a part of a point."""
    exact = Fraction(min(max(pass_percent, 0), 100) * sheet.out_of, 100)
    return exact if any(_gives_parts(one.question) for one in sheet.questions) else Fraction(ceil(exact))


def counts_questions(sheet: Sheet) -> bool:
    """Whether points are simply the number of right questions: each is worth one, and none can be half right."""
    return all(one.question.points == 1 and not _gives_parts(one.question) for one in sheet.questions)


def _gives_parts(question: Question) -> bool:
    return isinstance(question, FreeText) or (question.partial and isinstance(question, _IN_PARTS))
