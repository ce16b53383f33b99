"""Decisions about surveys as plain functions: what may be shown, what is left to decide, what looks like a name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from lms.surveys.errors import NotAnAnswer
from lms.surveys.questions import HIGHEST, Question, QuestionKind, read

FEWEST = 5
"""Results of fewer answers are not shown."""
OPEN_FOR = timedelta(weeks=4)
OPEN_WHILE_IT_RUNS = timedelta(days=10)
"""After the first session answers are wanted soon: the trainer can still change something."""
REMIND_AFTER = timedelta(weeks=1)
TEXTS_KEPT = timedelta(days=2 * 365)
SHORTEST_NAME = 3
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
ADDRESS = re.compile(r"\S+@\S+\.\w+")
TELEPHONE = re.compile(r"\+?\d[\d /()-]{6,}\d")


def taken(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """What counts of an answer: known questions, answers on offer, nothing empty. Raises NotAnAnswer."""
    found = {}
    for question in questions:
        answer = given.get(question.key, "").strip()
        if not answer:
            if question.needed:
                raise NotAnAnswer
            continue
        if question.kind is not QuestionKind.TEXT and answer not in dict(question.options("de")):
            raise NotAnAnswer
        found[question.key] = answer
    return found


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """What of a free text would tell who is meant: names of the course's people, addresses, telephone numbers."""
    known = {part.casefold() for name in names for part in WORD.findall(name) if len(part) >= SHORTEST_NAME}
    found = [part for part in WORD.findall(text) if part.casefold() in known]
    return list(dict.fromkeys([*found, *ADDRESS.findall(text), *TELEPHONE.findall(text)]))


class Closed(Protocol):
    """What is asked of a survey that waits for others."""

    @property
    def id(self) -> UUID: ...


C = TypeVar("C", bound=Closed)


def together(waiting: Sequence[tuple[C, int]]) -> Sequence[C]:
    """Which of the surveys that wait, the first closed first, make a unit by now: all of them or none.

    They are handed in whenever one closes, so no unit is larger than it has to be.
    """
    return [one for one, _ in waiting] if sum(sheets for _, sheets in waiting) >= FEWEST else []


@dataclass(frozen=True, slots=True)
class Box:
    """The answers of one survey with the words they were given to."""

    unit_id: UUID
    questions: Sequence[Question]
    sheets: int
    tallies: Mapping[str, Mapping[str, int]]
    texts: Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Result:
    """What was answered to one question; `given` is how many answered it, 0 where nothing may be shown."""

    question: Question
    counts: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    @property
    def given(self) -> int:
        """How many answers are shown."""
        return len(self.texts) if self.question.kind is QuestionKind.TEXT else sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """The average of a scale, from 1 to 5."""
        if self.question.kind is not QuestionKind.SCALE or not self.given:
            return None
        return sum(int(value) * count for value, count in self.counts.items()) / self.given

    def percent(self, value: str) -> int:
        """The share of an answer among those given."""
        return round(100 * self.counts.get(value, 0) / self.given) if self.given else 0


def results(boxes: Iterable[Box]) -> list[Result]:
    """The results of whole units, question by question; the caller hands in all boxes of a unit or none.

    A question that fewer than five of a unit answered is left out of every sum, so that no difference tells about it.
    Words are shown from units of five answers on. Raises nothing for boxes of fewer: they show nothing.
    """
    units: dict[UUID, list[Box]] = defaultdict(list)
    for box in boxes:
        units[box.unit_id].append(box)
    found: dict[str, Result] = {}
    for unit in units.values():
        enough = sum(box.sheets for box in unit) >= FEWEST
        for digest, (question, counts, texts) in _of_unit(unit).items():
            result = found.setdefault(digest, Result(question))
            if enough and sum(counts.values()) >= FEWEST:
                for value, count in counts.items():
                    result.counts[value] = result.counts.get(value, 0) + count
            if enough:
                result.texts += texts
    for result in found.values():
        result.texts.sort(key=str.casefold)
    return list(found.values())


def _of_unit(unit: Sequence[Box]) -> dict[str, tuple[Question, dict[str, int], list[str]]]:
    found: dict[str, tuple[Question, dict[str, int], list[str]]] = {}
    for box in unit:
        for question in box.questions:
            _, counts, texts = found.setdefault(question.digest, (question, {}, []))
            for value, count in box.tallies.get(question.key, {}).items():
                counts[value] = counts.get(value, 0) + count
            texts += box.texts.get(question.key, ())
    return found


def box_of(unit_id: UUID, questions: Sequence[Mapping[str, object]], kept: "Kept") -> Box:
    """A box as it was kept."""
    return Box(unit_id, read(questions), kept.sheets, kept.tallies, kept.texts)


class Kept(Protocol):
    """A box as the database keeps it."""

    @property
    def sheets(self) -> int: ...

    @property
    def tallies(self) -> Mapping[str, Mapping[str, int]]: ...

    @property
    def texts(self) -> Mapping[str, Sequence[str]]: ...


def shown_scale(mean: float) -> int:
    """How far a bar of this average reaches, in percent."""
    return round(100 * (mean - 1) / (HIGHEST - 1))


def codes_in(typed: str) -> list[str]:
    """The codes on strips as they are typed, one a line or with commas; spaces inside do not count."""
    lines = re.split(r"[\n,;]", typed.lower())
    return list(dict.fromkeys(code for line in lines if (code := re.sub(r"\s", "", line))))
