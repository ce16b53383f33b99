"""Answers as a form sends them. The page names everything by its place on the page: keys could tell what is right."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.drawing import Drawn
from content.quiz.numbers import numbers_from
from content.quiz.questions import FreeText, GapText, Matching, Number, Ordering, ShortText, TrueFalse
from lms.quizzes.errors import AnswerTooLong, NumberNeeded, OtherUnitNeeded, PlaceTakenTwice
from lms.web.fields.base import is_readable

Typed: TypeAlias = Mapping[str, Sequence[str]]
"""What stands in the fields of a page, by the fields' names."""

ANSWER, PLACE, SIDE, GAP = "antwort", "platz", "seite", "luecke"
LINE, TEXT = 500, 20_000
TRUTHS = ("true", "false")


def answer_from(drawn: Drawn, typed: Typed) -> Answer | None:
    """The answer that was sent; None where nothing was.

    What no page of ours sends is left out. Raises AnswerTooLong, NumberNeeded, OtherUnitNeeded, PlaceTakenTwice.
    """
    match drawn.question:
        case Ordering():
            return _ordered(drawn, typed)
        case Matching():
            return _matched(drawn.question, drawn.placed.order, typed)
        case GapText():
            return _filled(drawn, typed)
        case Number() | ShortText() | FreeText():
            return _written(drawn, typed)
        case _:
            keys = keys_of(drawn)
            chosen = [keys[i] for sent in typed.get(ANSWER, ()) if (i := _index(sent, len(keys))) is not None]
            return Chosen(keys=tuple(dict.fromkeys(chosen))) if chosen else None


def typed_from(drawn: Drawn, answer: Answer | None) -> dict[str, list[str]]:
    """What the fields show for an answer that was saved: the other way round."""
    keys = list(keys_of(drawn))
    match answer:
        case Chosen(keys=chosen):
            return {ANSWER: [str(keys.index(key)) for key in chosen if key in keys]}
        case Ordered(keys=ordered):
            return {
                f"{PLACE}-{keys.index(key)}": [str(place)]
                for place, key in enumerate(ordered, 1)
                if key in keys
            }
        case Matched(keys=put) if isinstance(drawn.question, Matching):
            lefts = [pair.key for pair in drawn.question.pairs]
            return {
                f"{SIDE}-{lefts.index(left)}": [str(keys.index(right))]
                for left, right in put.items()
                if left in lefts and right in keys
            }
        case Filled(texts=texts) if isinstance(drawn.question, GapText):
            return {
                f"{GAP}-{number}": [_shown(drawn, gap.key, texts[gap.key])]
                for number, gap in enumerate(drawn.question.gaps)
                if gap.key in texts
            }
        case Written(text=text):
            return {ANSWER: [text]}
        case _:
            return {}


def keys_of(drawn: Drawn) -> Sequence[str]:
    """The keys of what can be chosen, in the order of the page."""
    return TRUTHS if isinstance(drawn.question, TrueFalse) else drawn.placed.order


def _ordered(drawn: Drawn, typed: Typed) -> Ordered | None:
    keys = drawn.placed.order
    places = {
        key: place
        for number, key in enumerate(keys)
        if (place := _index(_one(typed, f"{PLACE}-{number}"), len(keys) + 1)) is not None and place > 0
    }
    if len(set(places.values())) < len(places):
        raise PlaceTakenTwice
    return Ordered(keys=tuple(sorted(places, key=places.__getitem__))) if places else None


def _matched(question: Matching, rights: Sequence[str], typed: Typed) -> Matched | None:
    put = {
        pair.key: rights[right]
        for number, pair in enumerate(question.pairs)
        if (right := _index(_one(typed, f"{SIDE}-{number}"), len(rights))) is not None
    }
    return Matched(keys=put) if put else None


def _filled(drawn: Drawn, typed: Typed) -> Filled | None:
    assert isinstance(drawn.question, GapText)  # noqa: S101 - for the type checker
    texts = {}
    for number, gap in enumerate(drawn.question.gaps):
        text = clean(_one(typed, f"{GAP}-{number}"), LINE)
        options = drawn.placed.options.get(gap.key)
        if options:
            chosen = _index(text, len(options))
            text = "" if chosen is None else options[chosen]
        if text.strip():
            texts[gap.key] = text
    return Filled(texts=texts) if texts else None


def _shown(drawn: Drawn, gap: str, text: str) -> str:
    options = drawn.placed.options.get(gap)
    return str(options.index(text)) if options and text in options else text


def _written(drawn: Drawn, typed: Typed) -> Written | None:
    question = drawn.question
    text = clean(_one(typed, ANSWER), TEXT if isinstance(question, FreeText) else LINE)
    if not text.strip():
        return None
    if isinstance(question, Number) and not numbers_from(text, question.unit):
        if question.unit:
            raise OtherUnitNeeded(unit=question.unit)
        raise NumberNeeded
    return Written(text=text)


def clean(text: str, most: int) -> str:
    """A text without signs that nobody can read. Raises AnswerTooLong."""
    plain = "".join(sign for sign in text.replace("\r\n", "\n") if is_readable(sign))
    if len(plain) > most:
        raise AnswerTooLong(most=most)
    return plain


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _index(sent: str, count: int) -> int | None:
    number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 5 else -1
    return number if 0 <= number < count else None
