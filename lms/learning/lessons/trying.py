"""A question within a lesson, tried at once: no marks are kept, and one tries as often as one likes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from content.lesson import Asked, render
from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.drawing import Drawn, draw
from content.quiz.marking import MarkState, mark
from content.quiz.questions import (
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pool,
    Question,
    Quiz,
    SingleChoice,
    TrueFalse,
)
from content.safety import plain_text
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_

LONGEST = 2_000
_GAP = re.compile(r"\{\{([^{}]*)\}\}")
WORDS: Mapping[MarkState, tuple[str, str]] = {
    MarkState.RIGHT: (N_("That is right."), "success"),
    MarkState.PARTLY: (N_("That is partly right. Try again."), "warning"),
    MarkState.WRONG: (N_("That is not right yet. Try again."), "warning"),
    MarkState.UNANSWERED: (N_("Please give an answer first."), "info"),
    MarkState.OPEN: (N_("Compare your answer with the explanation."), "info"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. `is_chosen` is what was sent."""

    value: str
    label: Markup
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: a list to choose from where it has `options`, else a line to write."""

    name: str
    label: Markup
    value: str = ""
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A question as its form shows it. `kind` is radio, checkbox, fields or text; `verdict` and `tone` after it was tried."""

    anchor: str
    number: int
    drawn: Drawn
    text: Markup
    kind: str
    options: Sequence[Option] = ()
    entries: Sequence[Entry] = ()
    verdict: str = ""
    tone: str = ""
    reasons: Sequence[Markup] = ()

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.drawn.question


def with_trials(pieces: Sequence[str | Asked], *, seed: str) -> Sequence[Markup | Trial]:
    """Safe HTML and questions, the questions to be tried and counted from 1. The same `seed` gives the same order of answers."""
    count, parts = 0, list[Markup | Trial]()
    for piece in pieces:
        if isinstance(piece, Asked):
            count += 1
            parts.append(trial_of(piece, number=count, seed=seed))
        else:
            parts.append(Markup(piece))  # noqa: S704 - content.safety has cleaned it
    return parts


def with_attempt(
    parts: Sequence[Markup | Trial], number: int, sent: Mapping[str, Sequence[str]]
) -> Sequence[Markup | Trial]:
    """The same with one of its questions tried. Raises NotFound where there is none of that number."""
    if not any(isinstance(one, Trial) and one.number == number for one in parts):
        raise NotFound
    return [tried(one, sent) if isinstance(one, Trial) and one.number == number else one for one in parts]


def trial_of(asked: Asked, *, number: int, seed: str) -> Trial:
    """The question of a lesson with its parts in an order that stays the same for this lesson."""
    quiz = Quiz(pools=(Pool(key="frage", questions=(asked.question,)),), shuffle=False)
    drawn = draw(quiz, f"{seed}/{number}").questions[0]
    return _with_fields(Trial(asked.anchor, number, drawn, Markup(), "text"), {})


def tried(trial: Trial, sent: Mapping[str, Sequence[str]]) -> Trial:
    """The same question with what was sent and how it is. Nothing is raised: what does not fit is no answer."""
    filled = _with_fields(trial, sent)
    marked = mark(trial.question, _answer(trial.question, sent))
    words, tone = WORDS[marked.state]
    reasons = [text for text in marked.feedback if text]
    if marked.state in {MarkState.RIGHT, MarkState.OPEN} and trial.question.feedback:
        reasons.append(trial.question.feedback)
    return replace(filled, verdict=words, tone=tone, reasons=[_rich(text) for text in reasons])


def _answer(question: Question, sent: Mapping[str, Sequence[str]]) -> Answer | None:
    chosen = tuple(one[:LONGEST] for one in sent.get("answer", ()))
    text = chosen[0] if chosen else ""
    match question:
        case SingleChoice() | TrueFalse() | MultipleChoice() | HotSpots():
            return Chosen(keys=chosen) if chosen else None
        case Ordering():
            places = {one.key: _one(sent, f"answer-{one.key}") for one in question.items}
            if not all(places.values()):
                return None
            return Ordered(keys=tuple(sorted(places, key=lambda key: (len(places[key]), places[key]))))
        case Matching():
            pairs = {one.key: _one(sent, f"answer-{one.key}") for one in question.pairs}
            return (
                Matched(keys={key: value for key, value in pairs.items() if value})
                if any(pairs.values())
                else None
            )
        case GapText():
            texts = {one.key: _one(sent, f"answer-{one.key}") for one in question.gaps}
            return Filled(texts=texts) if any(texts.values()) else None
        case _:
            return Written(text=text) if text.strip() else None


def _one(sent: Mapping[str, Sequence[str]], name: str) -> str:
    values = sent.get(name, ())
    return values[0][:LONGEST] if values else ""


def _with_fields(trial: Trial, sent: Mapping[str, Sequence[str]]) -> Trial:
    question, order = trial.question, trial.drawn.placed.order
    chosen = frozenset(sent.get("answer", ()))
    text = question.text
    match question:
        case SingleChoice() | MultipleChoice():
            known = {one.key: one.text for one in question.choices}
            options = [Option(key, _line(known[key]), key in chosen) for key in order]
            kind = "radio" if isinstance(question, SingleChoice) else "checkbox"
            return replace(trial, text=_rich(text), kind=kind, options=options)
        case TrueFalse():
            options = [
                Option("true", Markup(), "true" in chosen),
                Option("false", Markup(), "false" in chosen),
            ]
            return replace(trial, text=_rich(text), kind="truth", options=options)
        case HotSpots():
            known = {one.key: one.label for one in question.spots}
            options = [Option(key, _line(known[key]), key in chosen) for key in order]
            return replace(trial, text=_rich(text), kind="checkbox", options=options)
        case GapText():
            numbers = {gap.key: number for number, gap in enumerate(question.gaps, start=1)}
            text = _GAP.sub(lambda found: f"({numbers.get(found[1], '')}) ______", text)
        case _:
            pass
    entries = _entries(trial, sent)
    kind = "fields" if entries else "long" if isinstance(question, FreeText) else "text"
    if kind != "fields":
        unit = question.unit if isinstance(question, Number) else ""
        entries = [Entry("answer", Markup.escape(unit), _one(sent, "answer"))]
    return replace(trial, text=_rich(text), kind=kind, entries=entries)


def _entries(trial: Trial, sent: Mapping[str, Sequence[str]]) -> Sequence[Entry]:
    question, placed = trial.question, trial.drawn.placed
    match question:
        case Ordering():
            places = [(str(number), str(number)) for number in range(1, len(question.items) + 1)]
            known = {one.key: one.text for one in question.items}
            return [_entry(key, known[key], places, sent) for key in placed.order]
        case Matching():
            rights = {one.key: one.right for one in question.pairs} | {
                one.key: one.text for one in question.distractors
            }
            options = [(key, _plain(rights[key])) for key in placed.order]
            return [_entry(one.key, one.left, options, sent) for one in question.pairs]
        case GapText():
            return [
                _entry(gap.key, f"({number})", [(one, one) for one in placed.options.get(gap.key, ())], sent)
                for number, gap in enumerate(question.gaps, start=1)
            ]
        case _:
            return ()


def _entry(
    key: str, label: str, options: Sequence[tuple[str, str]], sent: Mapping[str, Sequence[str]]
) -> Entry:
    return Entry(f"answer-{key}", _line(label), _one(sent, f"answer-{key}"), options)


def _rich(markdown: str) -> Markup:
    return Markup(render(markdown, top_level=6))  # noqa: S704 - content.safety has cleaned it


def _line(markdown: str) -> Markup:
    """A line for a label: without the paragraph around it, and without links, which a label must not hold."""
    return Markup.escape(_plain(markdown))


def _plain(markdown: str) -> str:
    return plain_text(render(markdown))
