"""A question within a lesson, tried at once: no marks are kept, and one tries as often as one likes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from content.lesson import Asked, render
from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.drawing import Drawn, draw
from content.quiz.gaps import replace_gaps
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
_DIGITS = 5
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
    marked = mark(trial.question, _answer(trial, sent))
    words, tone = WORDS[marked.state]
    reasons = [text for text in marked.feedback if text]
    if marked.state in {MarkState.RIGHT, MarkState.OPEN} and trial.question.feedback:
        reasons.append(trial.question.feedback)
    return replace(filled, verdict=words, tone=tone, reasons=[_rich(text) for text in reasons])


def _answer(trial: Trial, sent: Mapping[str, Sequence[str]]) -> Answer | None:  # noqa: PLR0911 - one line a kind
    question, order = trial.question, trial.drawn.placed.order
    chosen = tuple(one[:LONGEST] for one in sent.get("answer", ()))
    text = chosen[0] if chosen else ""
    match question:
        case TrueFalse():
            return Chosen(keys=chosen) if chosen else None
        case SingleChoice() | MultipleChoice() | HotSpots():
            keys = tuple(key for one in chosen if (key := _placed(order, one)))
            return Chosen(keys=keys) if keys else None
        case Ordering():
            places = {key: _one(sent, _field(number)) for number, key in enumerate(order)}
            if not all(places.values()):
                return None
            return Ordered(keys=tuple(sorted(places, key=lambda key: (len(places[key]), places[key]))))
        case Matching():
            put = {
                one.key: _placed(order, _one(sent, _field(number)))
                for number, one in enumerate(question.pairs)
            }
            known = {key: value for key, value in put.items() if value}
            return Matched(keys=known) if known else None
        case GapText():
            texts = {one.key: _one(sent, _field(number)) for number, one in enumerate(question.gaps)}
            return Filled(texts=texts) if any(texts.values()) else None
        case _:
            return Written(text=text) if text.strip() else None


def _field(number: int) -> str:
    """The name of a field by its place on the page: the keys of a question could tell what is right."""
    return f"answer-{number}"


def _placed(order: Sequence[str], sent: str) -> str:
    """The key of what stands at this place of the page, from 0; empty where nothing does."""
    number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < _DIGITS else len(order)
    return order[number] if number < len(order) else ""


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
            options = [Option(str(i), _line(known[key]), str(i) in chosen) for i, key in enumerate(order)]
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
            options = [Option(str(i), _line(known[key]), str(i) in chosen) for i, key in enumerate(order)]
            return replace(trial, text=_rich(text), kind="checkbox", options=options)
        case GapText():
            numbers = {gap.key: number for number, gap in enumerate(question.gaps, start=1)}
            text = replace_gaps(text, lambda key: f"({numbers.get(key, '')}) ______")
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
            return [_entry(i, known[key], places, sent) for i, key in enumerate(placed.order)]
        case Matching():
            rights = {one.key: one.right for one in question.pairs} | {
                one.key: one.text for one in question.distractors
            }
            options = [(str(i), _plain(rights[key])) for i, key in enumerate(placed.order)]
            return [_entry(i, one.left, options, sent) for i, one in enumerate(question.pairs)]
        case GapText():
            return [
                _entry(i, f"({i + 1})", [(one, one) for one in placed.options.get(gap.key, ())], sent)
                for i, gap in enumerate(question.gaps)
            ]
        case _:
            return ()


def _entry(
    number: int, label: str, options: Sequence[tuple[str, str]], sent: Mapping[str, Sequence[str]]
) -> Entry:
    return Entry(_field(number), _line(label), _one(sent, _field(number)), options)


def _rich(markdown: str) -> Markup:
    return Markup(render(markdown, top_level=6))  # noqa: S704 - content.safety has cleaned it


def _line(markdown: str) -> Markup:
    """A line for a label: without the paragraph around it, and without links, which a label must not hold."""
    return Markup.escape(_plain(markdown))


def _plain(markdown: str) -> str:
    return plain_text(render(markdown))
