"""What stands between the braces of GIFT → a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from content.errors import N_, ContentError
from content.packages import errors
from content.packages.gift_text import Format, markdown, plain
from content.packages.report import Report
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)

_CHOICE = re.compile(r"([=~])\s*(?:%(-?\d{1,3}(?:\.\d{1,7})?)%)?([^=~]*)")
_TRUE = re.compile(r"\s*(TRUE|T|FALSE|F)\s*(?:#([^#]*))?(?:#([^#]*))?\s*", re.IGNORECASE)
_ORDER = re.compile(r"\s*>\s*\d*\s*(?:[A-Z_0-9]+[ \t]+)*(?:[A-Z_0-9]+(?=\s*\n))?")
_RANGE = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*\.\.\s*([-+]?\d+(?:\.\d+)?)\s*")
WEIGHTS_LOST = N_("An answer that was worth a part of the points counts as wrong now.")
MORE_NUMBERS = N_("Only the first right number was kept.")
FEEDBACK_JOINED = N_("What is said to right and wrong answers was put together.")


class NoRightAnswer(ContentError):
    """Nobody could answer it."""

    message = N_("The question has no right answer.")


@dataclass(frozen=True, slots=True)
class _Given:
    """One answer: its sign, its percentage where it has one, its text and its feedback, both as written."""

    sign: str
    percent: Decimal | None
    text: str
    feedback: str

    @property
    def worth(self) -> Decimal:
        return self.percent if self.percent is not None else Decimal(100 if self.sign == "=" else 0)


def question_from(parts: Sequence[str], text_format: Format, *, key: str, report: Report) -> Question:
    """The question of text and answers in turns. Raises BadGift and NoRightAnswer."""
    has_more = bool(parts[2].strip()) or len(parts) > 3
    answers, feedback = _without_general(parts[1])
    is_gap = (
        has_more
        and not _TRUE.fullmatch(answers)
        and not _is_matching(answers)
        and answers.strip()[:1] not in {"", "#", ">"}
    )
    if is_gap or len(parts) > 3:
        return _gaps(parts, text_format, key)
    text = markdown(parts[0], text_format)
    if has_more:
        text = f"{text} \\_\\_\\_\\_\\_ {markdown(parts[2], text_format)}".strip()
    general = markdown(feedback, text_format) if feedback else ""
    return _of_kind(answers, text_format, key=key, text=text, feedback=general, report=report)


def _of_kind(
    answers: str, text_format: Format, *, key: str, text: str, feedback: str, report: Report
) -> Question:
    bare = answers.strip()
    if not bare:
        return FreeText(key=key, text=text, feedback=feedback)
    if found := _TRUE.fullmatch(answers):
        return _true_false(found, text_format, key=key, text=text, feedback=feedback, report=report)
    if bare.startswith("#"):
        return _number(bare[1:], text_format, key=key, text=text, feedback=feedback, report=report)
    if bare.startswith(">"):
        return _ordering(bare, text_format, key=key, text=text, feedback=feedback)
    if _is_matching(answers):
        return _matching(answers, text_format, key=key, text=text, feedback=feedback)
    return _chosen_or_written(bare, text_format, key=key, text=text, feedback=feedback, report=report)


def _true_false(
    found: re.Match[str], text_format: Format, *, key: str, text: str, feedback: str, report: Report
) -> TrueFalse:
    wrong, right = (markdown(one or "", text_format) for one in (found[2], found[3]))
    said = [one for one in dict.fromkeys((right, wrong, feedback)) if one]
    if right or wrong:
        report.changed("", FEEDBACK_JOINED)
    return TrueFalse(key=key, text=text, is_true=found[1][0] in "Tt", feedback="\n\n".join(said))


def _chosen_or_written(
    bare: str, text_format: Format, *, key: str, text: str, feedback: str, report: Report
) -> Question:
    given = _given(bare)
    if not given:
        accepted, _, _ = bare.partition("#")
        return ShortText(key=key, text=text, accepted=(Accepted(text=plain(accepted)),), feedback=feedback)
    if all(one.sign == "=" for one in given):
        return ShortText(key=key, text=text, accepted=_accepted(given, text_format), feedback=feedback)
    return _choice(given, text_format, key=key, text=text, feedback=feedback, report=report)


def _choice(
    given: Sequence[_Given], text_format: Format, *, key: str, text: str, feedback: str, report: Report
) -> Question:
    is_single = sum(one.sign == "=" for one in given) == 1 and not any(
        one.worth >= 100 for one in given if one.sign == "~"
    )
    choices = tuple(
        Choice(
            key=str(number),
            text=markdown(one.text, text_format, is_short=True),
            is_right=one.sign == "=" if is_single else one.worth > 0,
            feedback=markdown(one.feedback, text_format, is_short=True),
        )
        for number, one in enumerate(given, start=1)
    )
    if not any(choice.is_right for choice in choices):
        raise NoRightAnswer
    if is_single:
        if any(one.sign == "~" and one.worth > 0 for one in given):
            report.changed("", WEIGHTS_LOST)
        return SingleChoice(key=key, text=text, choices=choices, feedback=feedback)
    return MultipleChoice(key=key, text=text, choices=choices, feedback=feedback)


def _number(
    answers: str, text_format: Format, *, key: str, text: str, feedback: str, report: Report
) -> Number:
    given = _given(answers) or [_Given("=", None, *_parted(answers))]
    right = [one for one in given if one.sign == "=" and one.worth > 0 and one.text.strip()]
    if not right:
        raise NoRightAnswer
    best = max(right, key=lambda one: one.worth)
    value, tolerance = _about(best.text)
    if len(given) > 1:
        report.changed("", MORE_NUMBERS)
    said = "\n\n".join(one for one in (markdown(best.feedback, text_format), feedback) if one)
    return Number(key=key, text=text, value=value, tolerance=tolerance, feedback=said)


def _about(text: str) -> tuple[Decimal, Decimal]:
    """`3:2` is 3 and 2 more or less, `1..5` the same."""
    text = plain(text)
    try:
        if found := _RANGE.fullmatch(text):
            low, high = Decimal(found[1]), Decimal(found[2])
            return (low + high) / 2, abs(high - low) / 2
        number, _, tolerance = text.partition(":")
        value, around = Decimal(number.strip()), Decimal(tolerance.strip() or "0")
    except InvalidOperation as error:
        raise errors.BadGift from error
    if (
        not value.is_finite()
        or not around.is_finite()
        or max(abs(value.adjusted()), abs(around.adjusted())) > 30
    ):
        raise errors.BadGift
    return value, abs(around)


def _ordering(bare: str, text_format: Format, *, key: str, text: str, feedback: str) -> Ordering:
    lines = [line for line in _ORDER.sub("", bare, count=1).split("\n") if line.strip()]
    if len(lines) < 2:
        raise errors.BadGift
    items = tuple(
        Item(key=str(number), text=markdown(line, text_format, is_short=True))
        for number, line in enumerate(lines, start=1)
    )
    return Ordering(key=key, text=text, items=items, feedback=feedback)


def _is_matching(answers: str) -> bool:
    pieces = answers.split("=")[1:]
    return bool(pieces) and "~" not in answers and all("->" in piece for piece in pieces)


def _matching(answers: str, text_format: Format, *, key: str, text: str, feedback: str) -> Matching:
    pairs: list[Pair] = []
    others: list[Item] = []
    for number, piece in enumerate(answers.split("=")[1:], start=1):
        left, _, right = piece.partition("->")
        left, right = (markdown(one, text_format, is_short=True) for one in (left, right.partition("#")[0]))
        if left:
            pairs.append(Pair(key=str(number), left=left, right=right))
        else:
            others.append(Item(key=str(number), text=right))
    if not pairs:
        raise errors.BadGift
    return Matching(key=key, text=text, pairs=tuple(pairs), distractors=tuple(others), feedback=feedback)


def _gaps(parts: Sequence[str], text_format: Format, key: str) -> GapText:
    """A text with gaps; the words around them stay in their places."""
    text, gaps, said = "", [], []
    for number, (before, written) in enumerate(zip(parts[::2], parts[1::2], strict=False), start=1):
        answers, feedback = _without_general(written)
        text += f"{before}\ue2ff{number}\ue2fe"
        given = _given(answers) or [_Given("=", None, *_parted(answers))]
        is_chosen = any(one.sign == "~" for one in given)
        right = [one for one in given if one.worth > 0 and one.text.strip()]
        if not right:
            raise NoRightAnswer
        options = tuple(dict.fromkeys(plain(one.text) for one in given)) if is_chosen else ()
        gaps.append(Gap(key=str(number), accepted=_accepted(right, text_format), options=options))
        said += [markdown(feedback, text_format)] if feedback else []
    text = markdown(text + parts[-1], text_format)
    text = re.sub("\ue2ff(\\d+)\ue2fe", r"{{\1}}", text)
    return GapText(key=key, text=text, gaps=tuple(gaps), feedback="\n\n".join(said))


def _accepted(given: Sequence[_Given], text_format: Format) -> tuple[Accepted, ...]:
    accepted = tuple(
        Accepted(
            text=plain(one.text),
            percent=max(0, min(100, int(one.worth))),
            feedback=markdown(one.feedback, text_format, is_short=True),
        )
        for one in given
    )
    if not any(one.percent and one.text for one in accepted):
        raise NoRightAnswer
    return accepted


def _given(answers: str) -> list[_Given]:
    if answers.strip()[:1] not in {"=", "~"}:
        return []
    return [
        _Given(found[1], Decimal(found[2]) if found[2] else None, *_parted(found[3]))
        for found in _CHOICE.finditer(answers)
    ]


def _parted(text: str) -> tuple[str, str]:
    words, _, feedback = text.partition("#")
    return words, feedback


def _without_general(answers: str) -> tuple[str, str]:
    words, _, feedback = answers.partition("####")
    return words, feedback
