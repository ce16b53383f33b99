"""A question as the page shows it: texts as HTML, fields by their places, and nothing of what is right."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from content.quiz.drawing import Drawn
from content.quiz.questions import (
    FreeText,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Question,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)
from lms.kernel.marking import N_
from lms.quizzes.sent import ANSWER, GAP, PLACE, SIDE, Typed
from lms.quizzes.words import Address, as_html, as_line, as_plain, with_gaps
from lms.web.language import gettext

INSTRUCTIONS: dict[type[Question], str] = {
    SingleChoice: N_("Choose one answer."),
    MultipleChoice: N_("Choose all answers that are right."),
    TrueFalse: N_("Is this right?"),
    Ordering: N_("Put this in the right order: choose its place for each line."),
    Matching: N_("Choose for each line what belongs to it."),
    GapText: N_("Fill in the gaps."),
    Number: N_("Enter a number."),
    ShortText: N_("Answer in one or a few words."),
    FreeText: N_("Answer in your own words. A trainer reads your answer."),
    HotSpots: N_(
        "Choose the right places in the picture. Each has a number, which you find in the list below it."
    ),
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    words: Markup | str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line with a drop-down."""

    name: str
    words: Markup
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot in the picture, in thousandths."""

    number: int
    x: int
    y: int
    width: int
    height: int
    is_circle: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One question. `kind` says which part of the template draws it."""

    kind: str
    text: Markup
    instruction: str
    options: Sequence[Option] = ()
    lines: Sequence[Line] = ()
    typed: str = ""
    unit: str = ""
    most_words: int | None = None
    picture: str = ""
    alt: str = ""
    marks: Sequence[Mark] = field(default_factory=tuple)


def shown(drawn: Drawn, typed: Typed, address: Address) -> Shown:  # noqa: PLR0911 - one line a kind
    """The question with what stands in its fields."""
    question, chosen = drawn.question, typed.get(ANSWER, ())
    text = as_html(question.text, address)
    instruction = gettext(INSTRUCTIONS[type(question)])
    written = next(iter(chosen), "")
    match question:
        case SingleChoice() | MultipleChoice():
            kind = "radio" if isinstance(question, SingleChoice) else "checkbox"
            words = {one.key: as_line(one.text, address) for one in question.choices}
            return Shown(kind, text, instruction, _options(drawn.placed.order, words, chosen))
        case TrueFalse():
            truths = {"true": escape(gettext("True")), "false": escape(gettext("False"))}
            return Shown("radio", text, instruction, _options(list(truths), truths, chosen))
        case HotSpots():
            return _hot_spots(question, drawn.placed.order, text, instruction, chosen, address)
        case Ordering() | Matching():
            return Shown("lines", text, instruction, lines=_lines(drawn, typed, address))
        case GapText():
            return Shown("gaps", _gaps(question, drawn, typed, address), instruction)
        case Number(unit=unit):
            return Shown("number", text, instruction, typed=written, unit=unit)
        case ShortText():
            return Shown("short", text, instruction, typed=written)
        case FreeText(most_words=most):
            return Shown("free", text, instruction, typed=written, most_words=most)


def _options(keys: Sequence[str], words: dict[str, Markup], chosen: Sequence[str]) -> list[Option]:
    return [Option(str(i), words[key], str(i) in chosen) for i, key in enumerate(keys)]


def _lines(drawn: Drawn, typed: Typed, address: Address) -> list[Line]:
    question, order = drawn.question, drawn.placed.order
    if isinstance(question, Ordering):
        texts = {one.key: one.text for one in question.items}
        places = [
            (str(place), gettext("Place %(number)s", number=place)) for place in range(1, len(order) + 1)
        ]
        return [_line(f"{PLACE}-{i}", texts[key], places, typed, address) for i, key in enumerate(order)]
    assert isinstance(question, Matching)  # noqa: S101 - for the type checker
    sides = {one.key: one.right for one in question.pairs} | {
        one.key: one.text for one in question.distractors
    }
    rights = [(str(i), as_plain(sides[key])) for i, key in enumerate(order)]
    return [_line(f"{SIDE}-{i}", pair.left, rights, typed, address) for i, pair in enumerate(question.pairs)]


def _line(name: str, text: str, choices: Sequence[tuple[str, str]], typed: Typed, address: Address) -> Line:
    chosen = typed.get(name, ())
    return Line(
        name, as_line(text, address), [Option(value, words, value in chosen) for value, words in choices]
    )


def _gaps(question: GapText, drawn: Drawn, typed: Typed, address: Address) -> Markup:
    fields = {}
    for number, gap in enumerate(question.gaps):
        name, label = f"{GAP}-{number}", gettext("Gap %(number)s", number=number + 1)
        value = next(iter(typed.get(name, ())), "")
        options = drawn.placed.options.get(gap.key)
        fields[gap.key] = _chooser(name, label, options, value) if options else _blank(name, label, value)
    return with_gaps(question.text, fields, address)


def _blank(name: str, label: str, value: str) -> Markup:
    return Markup(
        '<input class="kern-form-input__input quiz-gap" type="text" name="{0}" id="{0}" aria-label="{1}" value="{2}"'
        ' maxlength="500" autocomplete="off" autocapitalize="off" spellcheck="false">'
    ).format(name, label, value)


def _chooser(name: str, label: str, options: Sequence[str], value: str) -> Markup:
    rows = [("", gettext("Please choose")), *((str(i), words) for i, words in enumerate(options))]
    built = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            key, Markup(" selected") if key == value else "", words
        )
        for key, words in rows
    )
    return Markup(
        '<span class="kern-form-input__select-wrapper quiz-gap">'
        '<select class="kern-form-input__select" name="{0}" id="{0}" aria-label="{1}">{2}</select></span>'
    ).format(name, label, built)


def _hot_spots(
    question: HotSpots,
    order: Sequence[str],
    text: Markup,
    instruction: str,
    chosen: Sequence[str],
    address: Address,
) -> Shown:
    spots = {one.key: one for one in question.spots}
    return Shown(
        "spots",
        text,
        instruction,
        _options(order, {key: escape(spots[key].label) for key in order}, chosen),
        picture=address(question.picture) or "",
        alt=question.alt,
        marks=[_mark(number, spots[key]) for number, key in enumerate(order, 1)],
    )


def _mark(number: int, spot: Spot) -> Mark:
    is_circle = spot.shape is Shape.CIRCLE
    return Mark(number, spot.x, spot.y, spot.width, spot.width if is_circle else spot.height, is_circle)
