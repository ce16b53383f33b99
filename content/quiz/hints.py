"""What the figures of a question mean for its author, and what was answered, in plain words. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from content.errors import N_
from content.problems import Problem
from content.quiz.answers import Answer, Chosen, Filled, Written
from content.quiz.marking import mark
from content.quiz.parts import likeness
from content.quiz.questions import (
    GapText,
    HotSpots,
    MultipleChoice,
    Number,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from content.quiz.statistics import Figures

VERY_HARD = 0.3
VERY_EASY = 0.9
WEAK = 0.1
BACKWARDS = -0.1
LEAST_FOR_HINTS = 10
LEAST_FOR_WORDS = 3
"""What fewer persons wrote is not shown: it may tell who wrote it."""
MOST_WORDINGS = 8
LONGEST_WORDING = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """One possible answer, or a wording that was written, and how many gave it. `gap` names the gap it stood in."""

    text: str
    count: int
    is_right: bool
    gap: str = ""


def answered(question: Question, answers: Sequence[Answer | None]) -> Sequence[Answered]:
    """How often each answer was chosen, in the order of the question; written ones by how many wrote them, most first.

    Nothing for orders, pairs and free texts.
    """
    match question:
        case SingleChoice() | MultipleChoice():
            known = [(choice.key, choice.text, choice.is_right) for choice in question.choices]
        case HotSpots():
            known = [(spot.key, spot.label, spot.is_right) for spot in question.spots]
        case TrueFalse():
            known = [("true", "", question.is_true), ("false", "", not question.is_true)]
        case GapText():
            return [one for gap in question.gaps for one in _in_gap(question, gap.key, answers)]
        case ShortText() | Number():
            return _wordings(question, [one.text for one in answers if isinstance(one, Written)])
        case _:
            return ()
    counts = Counter(key for one in answers if isinstance(one, Chosen) for key in set(one.keys))
    return [Answered(text or key, counts[key], is_right) for key, text, is_right in known]


def hints(question: Question, figures: Figures, given: Sequence[Answered]) -> Sequence[Problem]:
    """What its author might look at; nothing with fewer than ten persons."""
    if figures.persons < LEAST_FOR_HINTS or figures.difficulty is None:
        return ()
    return [*_of_figures(figures), *_of_choices(question, given)]


def _of_figures(figures: Figures) -> Iterator[Problem]:
    difficulty = figures.difficulty or 0.0
    if difficulty < VERY_HARD:
        yield Problem(
            N_("Very hard: few get its points. Is it clear what is asked, and does the lesson say it?")
        )
    elif difficulty > VERY_EASY:
        yield Problem(N_("Very easy: nearly everybody gets its points."))
    if figures.discrimination is None:
        return
    if figures.discrimination.value < BACKWARDS:
        yield Problem(
            N_(
                "Those who do well elsewhere do worse here. Please check whether the right answer is marked as right."
            )
        )
    elif figures.discrimination.value < WEAK:
        yield Problem(N_("Does not tell those who know much from those who know little."))


def _of_choices(question: Question, given: Sequence[Answered]) -> Iterator[Problem]:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return
    right = max((one.count for one in given if one.is_right), default=0)
    for one in given:
        if not one.is_right and one.count > right:
            yield Problem(
                N_("This wrong answer is chosen more often than the right one: “%(words)s”"),
                params={"words": one.text},
            )
        elif not one.is_right and one.count == 0:
            yield Problem(N_("Nobody chooses this wrong answer: “%(words)s”"), params={"words": one.text})


def _in_gap(question: GapText, key: str, answers: Sequence[Answer | None]) -> Sequence[Answered]:
    """What was put in one gap: judged as if it were the only one."""
    alone = replace(
        question, gaps=tuple(gap for gap in question.gaps if gap.key == key), partial=True, points=1
    )
    return _wordings(alone, [one.texts.get(key, "") for one in answers if isinstance(one, Filled)], key)


def _wordings(question: Question, texts: Sequence[str], gap: str = "") -> Sequence[Answered]:
    counts = Counter(likeness(text) for text in texts if text.strip())
    as_written = {likeness(text): " ".join(text.split()) for text in reversed(texts)}
    common = sorted(
        ((same, count) for same, count in counts.items() if count >= LEAST_FOR_WORDS),
        key=lambda pair: (-pair[1], pair[0]),
    )
    found = []
    for same, count in common[:MOST_WORDINGS]:
        words = as_written[same]
        answer = Filled(texts={gap: words}) if gap else Written(text=words)
        found.append(Answered(words[:LONGEST_WORDING], count, bool(mark(question, answer).points), gap))
    return found
