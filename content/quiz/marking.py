"""Marking as a pure function: a question and an answer give points, exactly and always the same.

The share of the points that an answer gets, by kind; without `partial` it is everything or nothing:

- one of several, true or false, a number: everything or nothing;
- any of several, hot-spots: the share of the right ones that were chosen less the share of the wrong ones, so that choosing
  all is worth nothing;
- ordering: the share of neighbours that stand beside each other as they should; items with equal words stand for each other;
- matching: the share of left sides with the right one; right sides with equal words stand for each other;
- gaps: the mean of the gaps; short text and each gap: the best percentage among the wordings that fit;
- free text: nobody but a person can say; left empty it is worth nothing.

Nothing is ever negative. An answer of another kind than the question is wrong.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.numbers import numbers_from
from content.quiz.questions import (
    Accepted,
    Choice,
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
    Spot,
    TrueFalse,
)

ALL, NOTHING = Fraction(1), Fraction(0)
_LIKE = str.maketrans(
    {
        **dict.fromkeys("„“”«»‟", '"'),
        **dict.fromkeys("‚‘’‛´`", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
    }
)
_MOST_DIGITS = 60


class MarkState(StrEnum):
    """How an answer is, in one word."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNANSWERED = "unanswered"
    OPEN = "open"
    """A person has to mark it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth. `points` None: to be marked by hand.

    `feedback` are the Markdown texts for what was chosen or written; `right_parts` the keys of the gaps and of the left sides
    that are right.
    """

    points: Fraction | None
    out_of: int
    state: MarkState
    feedback: tuple[str, ...] = ()
    right_parts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Share:
    share: Fraction
    feedback: tuple[str, ...] = ()
    right_parts: frozenset[str] = frozenset()


def mark(question: Question, answer: Answer | None) -> Mark:
    """What this answer to this question is worth. Raises nothing: whatever does not fit is wrong."""
    out_of = max(question.points, 0)
    if answer is None or not is_answered(answer):
        return Mark(NOTHING, out_of, MarkState.UNANSWERED)
    if isinstance(question, FreeText):
        if isinstance(answer, Written):
            return Mark(None, out_of, MarkState.OPEN)
        return Mark(NOTHING, out_of, MarkState.WRONG)
    found = _share(question, answer)
    share = found.share if question.partial or found.share == ALL else NOTHING
    return Mark(share * out_of, out_of, _state(share), found.feedback, found.right_parts)


def by_hand(question: Question, points: Fraction) -> Mark:
    """The mark that a person gave; never below nothing nor above all."""
    out_of = max(question.points, 0)
    kept = min(max(points, NOTHING), Fraction(out_of))
    return Mark(kept, out_of, _state(kept / out_of if out_of else ALL))


def is_answered(answer: Answer | None) -> bool:
    """Whether anything was chosen, put or written."""
    match answer:
        case None:
            return False
        case Written(text=text):
            return bool(text.strip())
        case Filled(texts=texts):
            return any(text.strip() for text in texts.values())
        case Matched(keys=keys):
            return bool(keys)
        case Chosen(keys=keys) | Ordered(keys=keys):
            return bool(keys)


def right_answer(question: Question) -> Answer | None:  # noqa: PLR0911 - one line a kind
    """An answer that gets all points; None for a free text."""
    match question:
        case SingleChoice() | MultipleChoice():
            return Chosen(keys=tuple(one.key for one in question.choices if one.is_right))
        case HotSpots():
            return Chosen(keys=tuple(one.key for one in question.spots if one.is_right))
        case TrueFalse():
            return Chosen(keys=("true" if question.is_true else "false",))
        case Ordering():
            return Ordered(keys=tuple(item.key for item in question.items))
        case Matching():
            return Matched(keys={pair.key: pair.key for pair in question.pairs})
        case GapText():
            return Filled(texts={gap.key: _best(gap.accepted) for gap in question.gaps})
        case ShortText():
            return Written(text=_best(question.accepted))
        case Number():
            return Written(text=f"{question.value:f}".replace(".", ","))
        case FreeText():
            return None


def comparable(text: str, *, ignore_case: bool = True) -> str:
    """A text as it is compared: white space, invisible signs, forms of letters, quotes and dashes do not count.

    Case counts unless it is ignored; then `ß` and `ss` are one.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_LIKE)).translate(_LIKE)
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    plain = re.sub(r"\s+", " ", plain).strip()
    return unicodedata.normalize("NFKC", plain.casefold()) if ignore_case else plain


def _state(share: Fraction) -> MarkState:
    if share == ALL:
        return MarkState.RIGHT
    return MarkState.PARTLY if share > NOTHING else MarkState.WRONG


def _share(question: Question, answer: Answer) -> _Share:  # noqa: PLR0911 - one line a kind
    match question, answer:
        case SingleChoice(), Chosen(keys=keys):
            right = {one.key for one in question.choices if one.is_right}
            return _Share(_whole(set(keys) == right and len(right) == 1), _said(question.choices, keys))
        case MultipleChoice(), Chosen(keys=keys):
            return _several(question.choices, keys)
        case HotSpots(), Chosen(keys=keys):
            return _several(question.spots, keys)
        case TrueFalse(), Chosen(keys=keys):
            return _Share(_whole(set(keys) == {"true" if question.is_true else "false"}))
        case Ordering(), Ordered(keys=keys):
            return _Share(_in_order(question, keys))
        case Matching(), Matched(keys=put):
            return _matched(question, put)
        case GapText(), Filled(texts=texts):
            return _gaps(question, texts)
        case ShortText(), Written(text=text):
            found = _fitting(question.accepted, text, ignore_case=question.ignore_case)
            return _Share(_percent(found), _feedback([found]))
        case Number(), Written(text=text):
            return _Share(_whole(_is_near(question, text)))
        case _:
            return _Share(NOTHING)


def _whole(is_right: bool) -> Fraction:  # noqa: FBT001 - the argument is the whole question
    return ALL if is_right else NOTHING


def _several(parts: Sequence[Choice | Spot], keys: Sequence[str]) -> _Share:
    chosen = set(keys)
    right = {one.key for one in parts if one.is_right}
    wrong = {one.key for one in parts} - right
    if not right or chosen - right - wrong:
        return _Share(NOTHING, _said(parts, keys))
    lost = Fraction(len(chosen & wrong), len(wrong)) if wrong else NOTHING
    return _Share(max(Fraction(len(chosen & right), len(right)) - lost, NOTHING), _said(parts, keys))


def _said(parts: Sequence[Choice | Spot], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.feedback for one in parts if one.key in keys and one.feedback)


def _in_order(question: Ordering, keys: Sequence[str]) -> Fraction:
    texts = {item.key: comparable(item.text, ignore_case=False) for item in question.items}
    if len(set(keys)) != len(keys) or not set(keys) <= texts.keys():
        return NOTHING
    put, right = [texts[key] for key in keys], [texts[item.key] for item in question.items]
    if put == right:
        return ALL
    beside = Counter(pairwise(put)) & Counter(pairwise(right))
    most = len(right) - 1
    return Fraction(min(beside.total(), most - 1), most) if most > 1 else NOTHING


def _matched(question: Matching, put: dict[str, str]) -> _Share:
    texts = {one.key: one.text for one in question.distractors} | {
        one.key: one.right for one in question.pairs
    }
    right = frozenset(
        pair.key
        for pair in question.pairs
        if put.get(pair.key) in texts and comparable(texts[put[pair.key]]) == comparable(pair.right)
    )
    if not question.pairs or not put.keys() <= {pair.key for pair in question.pairs}:
        return _Share(NOTHING)
    return _Share(Fraction(len(right), len(question.pairs)), right_parts=right)


def _gaps(question: GapText, texts: dict[str, str]) -> _Share:
    found = {
        gap.key: _fitting(gap.accepted, texts.get(gap.key, ""), ignore_case=gap.ignore_case)
        for gap in question.gaps
    }
    if not found:
        return _Share(NOTHING)
    shares = {key: _percent(one) for key, one in found.items()}
    right = frozenset(key for key, share in shares.items() if share == ALL)
    return _Share(sum(shares.values(), NOTHING) / len(shares), _feedback(found.values()), right)


def _fitting(accepted: Sequence[Accepted], text: str, *, ignore_case: bool) -> Accepted | None:
    typed = comparable(text, ignore_case=ignore_case)
    fitting = [one for one in accepted if typed and comparable(one.text, ignore_case=ignore_case) == typed]
    return max(fitting, key=lambda one: one.percent, default=None)


def _percent(found: Accepted | None) -> Fraction:
    return Fraction(min(max(found.percent, 0), 100), 100) if found else NOTHING


def _feedback(found: Iterable[Accepted | None]) -> tuple[str, ...]:
    return tuple(one.feedback for one in found if one and one.feedback)


def _best(accepted: Sequence[Accepted]) -> str:
    return max(accepted, key=lambda one: one.percent).text if accepted else ""


def _is_near(question: Number, text: str) -> bool:
    value, tolerance = _exact(question.value), _exact(question.tolerance)
    if value is None or tolerance is None:
        return False
    typed = (_exact(number) for number in numbers_from(text, question.unit))
    return any(number is not None and abs(number - value) <= abs(tolerance) for number in typed)


def _exact(value: Decimal) -> Fraction | None:
    """None for what is no number, and for numbers whose zeros alone would fill the memory."""
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        return Fraction(0) if value.is_zero() else None
    return Fraction(value)
