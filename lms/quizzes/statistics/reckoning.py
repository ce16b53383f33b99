"""From attempts to figures: plain, without a session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from content.problems import Problem
from content.quiz.hints import Answered, answered, hints
from content.quiz.questions import Question
from content.quiz.statistics import Attempt as Outcomes
from content.quiz.statistics import Figures, Outcome, item_figures, reliability, total_share
from lms.quizzes.reading import Taken

LEAST = 5
"""Fewer persons could be known by their answers."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `figures` are None while fewer than five persons had it."""

    number: int
    question: Question
    figures: Figures | None
    given: Sequence[Answered] = ()
    hints: Sequence[Problem] = ()

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((one.count for one in self.given), default=0)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a quiz. `persons` have handed in at least one attempt that is wholly marked.

    With fewer than five of them nothing else is said. `passed` counts persons with any passed attempt, `mean` is the mean share
    of points in first attempts, `waiting` counts attempts of which a text has no points yet: they are left out.
    """

    persons: int
    attempts: int = 0
    waiting: int = 0
    passed: int | None = None
    mean: float | None = None
    reliability: float | None = None
    items: Sequence[Item] = ()

    @property
    def is_shown(self) -> bool:
        """Whether there are enough persons."""
        return self.persons >= LEAST


def report(taken: Sequence[Taken]) -> Report:
    """The figures of these attempts, all of them handed in. Questions and their order are those of the latest one."""
    marked = [one for one in taken if not one.attempt.is_open]
    waiting = len(taken) - len(marked)
    persons = {one.attempt.enrolment_id for one in marked}
    if len(persons) < LEAST:
        return Report(len(persons), waiting=waiting)
    first = _first(marked)
    outcomes = [_outcomes(one) for one in first]
    known = {question.key: question for one in marked for question in one.quiz.questions}
    latest = max(marked, key=lambda one: one.attempt.started_at).quiz.questions
    order = [*(one.key for one in latest), *(key for key in known if key not in {one.key for one in latest})]
    had = {key for one in outcomes for key in one}
    return Report(
        len(persons),
        attempts=len(marked),
        waiting=waiting,
        passed=len({one.attempt.enrolment_id for one in marked if one.attempt.passed}),
        mean=fmean(total_share(one) for one in outcomes),
        reliability=reliability(outcomes),
        items=[
            _item(number, known[key], first, outcomes)
            for number, key in enumerate(order, start=1)
            if key in had
        ],
    )


def _first(marked: Sequence[Taken]) -> Sequence[Taken]:
    """The first attempt of each person: later ones are made by people who have seen answers."""
    found: dict[object, Taken] = {}
    for one in sorted(marked, key=lambda one: one.attempt.number):
        found.setdefault(one.attempt.enrolment_id, one)
    return list(found.values())


def _outcomes(taken: Taken) -> Outcomes:
    return {
        key: Outcome(float(mark.points), float(mark.out_of))
        for key, mark in taken.result.marks.items()
        if mark.points is not None and mark.out_of > 0
    }


def _item(
    number: int, question: Question, first: Sequence[Taken], outcomes: Sequence[Mapping[str, Outcome]]
) -> Item:
    figures = item_figures(outcomes, question.key)
    if figures.persons < LEAST:
        return Item(number, question, None)
    having = [
        one for one in first if any(drawn.question.key == question.key for drawn in one.sheet.questions)
    ]
    given = answered(question, [one.answers.get(question.key) for one in having])
    return Item(number, question, figures, given, hints(question, figures, given))
