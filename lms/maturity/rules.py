"""What answers say: levels, the picture, what is recommended, and what can be compared. Plain decisions on values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from lms.kernel.marking import N_
from lms.maturity.questions import HIGHEST, LEVELS, Advice, Area, Content, Question

FEWEST = 5
"""So many companies at least before anything about all of them is said (as with surveys)."""
MOST_RECOMMENDED = 5
LEVEL_WORDS: Mapping[int, str] = {
    0: N_("at the start"),
    1: N_("first steps"),
    2: N_("on the way"),
    3: N_("well set up"),
    4: N_("a model"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a question; no level means "I do not know"."""

    level: int | None
    comment: str = ""


Answers = Mapping[str, Answer]


def read_answers(written: Mapping[str, Any]) -> dict[str, Answer]:
    """The answers of a row."""
    return {key: Answer(one.get("level"), one.get("comment", "")) for key, one in written.items()}


def write_answers(answers: Answers) -> dict[str, Any]:
    """The answers as a row keeps them."""
    return {key: {"level": one.level, "comment": one.comment} for key, one in answers.items()}


@dataclass(frozen=True, slots=True)
class AreaResult:
    """Where a business stands in an area: `points` of `known` answers, out of `asked` questions."""

    area: Area
    asked: int
    known: int
    points: int

    @property
    def is_known(self) -> bool:
        """Whether at least half of the questions were answered; less is no picture."""
        return 0 < self.asked <= 2 * self.known

    @property
    def score(self) -> float | None:
        """The mean level, from 0 to 4."""
        return self.points / self.known if self.is_known else None

    @property
    def level(self) -> int | None:
        """The nearest level; a half counts up."""
        return (2 * self.points + self.known) // (2 * self.known) if self.is_known else None


def result_of(area: Area, answers: Answers) -> AreaResult:
    """What the answers say about one area."""
    given = [answers[one.key].level for one in area.questions if one.key in answers]
    levels = [one for one in given if one is not None]
    return AreaResult(area, len(area.questions), len(levels), sum(levels))


def picture(areas: Iterable[Area], answers: Answers) -> list[AreaResult]:
    """Area by area, in the order of the check."""
    return [result_of(area, answers) for area in areas]


@dataclass(frozen=True, slots=True)
class Finding:
    """The two ends of a picture; `least` is None where all known areas stand at the same score. Both None: too little is known."""

    best: AreaResult | None
    least: AreaResult | None


def finding(results: Iterable[AreaResult]) -> Finding:
    """Where a business is furthest, and where it gains most; of equals the one that comes first."""
    known = [one for one in results if one.is_known]
    if not known:
        return Finding(None, None)
    best = max(known, key=lambda one: one.score or 0)
    least = min(known, key=lambda one: one.score or 0)
    return Finding(best, least if least.score != best.score else None)


def fitting(advice: Sequence[Advice], results: Iterable[AreaResult]) -> list[tuple[Advice, AreaResult]]:
    """What helps on these levels: the weakest area first, one for each area before the second of any."""
    known = {one.area.key: one for one in results if one.is_known}
    found = [
        (one, known[one.area])
        for one in advice
        if one.area in known and (known[one.area].level or 0) <= one.up_to
    ]
    ranked = sorted(found, key=lambda pair: pair[1].score or 0)  # stable: else in the order of the team
    seen: dict[str, int] = {}
    turns = []
    for one, result in ranked:
        turns.append((seen.get(one.area, 0), one, result))
        seen[one.area] = seen.get(one.area, 0) + 1
    return [(one, result) for _, one, result in sorted(turns, key=lambda turn: turn[0])]


def chosen(
    fits: Iterable[tuple[Advice, AreaResult]], is_there: Callable[[Advice], bool]
) -> list[tuple[Advice, AreaResult]]:
    """The first five that can be had now, each course and each topic once."""
    found: dict[str, tuple[Advice, AreaResult]] = {}
    for one, result in fits:
        if len(found) < MOST_RECOMMENDED and one.aim not in found and is_there(one):
            found[one.aim] = (one, result)
    return list(found.values())


def carried(old: Content, answers: Answers, new: Content) -> dict[str, Answer]:
    """The answers to an older edition that count in another one: to questions asked in the very same words."""
    before, now = old.questions, new.questions
    return {
        key: answer
        for key, answer in answers.items()
        if key in before and key in now and before[key].digest == now[key].digest
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One area in two checks, over the questions that both have answered in the same words."""

    area: Area
    before: float | None
    after: float | None
    questions: int

    @property
    def step(self) -> float:
        """How much further; below zero: further back. 0 where nothing can be compared."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two checks side by side. `other_words` counts questions that only one edition asks, or in other words."""

    changes: Sequence[Change]
    compared: int
    other_words: int
    unanswered: int

    @property
    def furthest(self) -> Change | None:
        """The area that has moved forward most; None when none has."""
        moved = [one for one in self.changes if one.questions and one.step > 0]
        return max(moved, key=lambda one: one.step, default=None)

    @property
    def furthest_back(self) -> Change | None:
        """The area that has fallen back most; None when none has."""
        back = [one for one in self.changes if one.questions and one.step < 0]
        return min(back, key=lambda one: one.step, default=None)


def compared(old: Content, earlier: Answers, new: Content, later: Answers) -> Comparison:
    """Two checks, in the areas of the newer edition."""
    same = carried(old, earlier, new)
    same_words = {
        key
        for key, question in new.questions.items()
        if key in old.questions and old.questions[key].digest == question.digest
    }
    both = {key for key in same if _level(same, key) is not None and _level(later, key) is not None}
    changes = [
        _change(area, [one for one in area.questions if one.key in both], same, later) for area in new.areas
    ]
    every = set(old.questions) | set(new.questions)
    return Comparison(changes, len(both), len(every - same_words), len(same_words - both))


def _change(area: Area, questions: Sequence[Question], earlier: Answers, later: Answers) -> Change:
    if not questions:
        return Change(area, None, None, 0)
    count = len(questions)
    before = sum(_level(earlier, one.key) or 0 for one in questions) / count
    return Change(area, before, sum(_level(later, one.key) or 0 for one in questions) / count, count)


def _level(answers: Answers, key: str) -> int | None:
    return answers[key].level if key in answers else None


def median_of(scores: Iterable[float | None]) -> float | None:
    """The median of at least five companies, rounded to half a level; None for fewer.

    Rounded, because the median of five is the very score of one of them.
    """
    known = [one for one in scores if one is not None]
    return round(median(known) * 2) / 2 if len(known) >= FEWEST else None


def is_level(value: object) -> bool:
    """Whether it is one of the five levels."""
    return isinstance(value, int) and not isinstance(value, bool) and value in LEVELS


def percent(score: float | None) -> int:
    """A score as the length of a bar."""
    return 0 if score is None else round(score * 100 / HIGHEST)
