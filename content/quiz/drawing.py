"""Which questions somebody gets, and in which order everything stands: the same for the same seed, on every machine.

Chance is SHA-256 of the seed, because the sequences of Python's `random` may change from one version to the next. Each
question has a sequence of its own: a question more or less does not stir the choices of the others.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from content.errors import N_, ContentError
from content.quiz.questions import (
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    Quiz,
    SingleChoice,
)

T = TypeVar("T")
_BYTES = 8


class QuizChanged(ContentError):
    """A sheet names a question or a part that the quiz no longer has."""

    message = N_("The quiz has been changed in the meantime. Please begin again.")


class Placed(Struct, frozen=True, forbid_unknown_fields=True):
    """A question by its key, and its parts in the order of the page; what is stored of a sheet.

    `order` are keys of choices, spots, items, or right sides; `options` the words to choose from in each gap.
    """

    key: str
    order: tuple[str, ...] = ()
    options: dict[str, tuple[str, ...]] = {}


class Drawn(Struct, frozen=True):
    """A question as somebody gets it."""

    question: Question
    placed: Placed


class Sheet(Struct, frozen=True):
    """All questions of one attempt, in order."""

    questions: tuple[Drawn, ...]

    @property
    def out_of(self) -> int:
        """The most points."""
        return sum(max(one.question.points, 0) for one in self.questions)

    @property
    def plan(self) -> tuple[Placed, ...]:
        """What has to be kept to see the same sheet again (`sheet_of`)."""
        return tuple(one.placed for one in self.questions)


def draw(quiz: Quiz, seed: str) -> Sheet:
    """The sheet of this seed: drawn from each pool, then shuffled, where the quiz wants it."""
    chosen: list[Question] = []
    for pool in quiz.pools:
        count = len(pool.questions) if pool.draw is None else min(max(pool.draw, 0), len(pool.questions))
        drawn = {one.key for one in shuffled(pool.questions, f"{seed}/pool/{pool.key}")[:count]}
        chosen += [one for one in pool.questions if one.key in drawn]
    if quiz.shuffle:
        chosen = shuffled(chosen, f"{seed}/questions")
    return Sheet(tuple(Drawn(one, _placed(one, f"{seed}/question/{one.key}")) for one in chosen))


def sheet_of(quiz: Quiz, plan: Sequence[Placed]) -> Sheet:
    """The sheet that was drawn before. Raises QuizChanged where a question or a part of it is gone."""
    known = {question.key: question for question in quiz.questions}
    for placed in plan:
        question = known.get(placed.key)
        if question is None or set(placed.order) != set(_order(question)):
            raise QuizChanged(place=placed.key)
    return Sheet(tuple(Drawn(known[placed.key], placed) for placed in plan))


def shuffled(things: Sequence[T], seed: str) -> list[T]:
    """The same things in the order of this seed; each order is as likely as any other (Fisher and Yates)."""
    result, chance = list(things), _numbers(seed)
    for last in range(len(result) - 1, 0, -1):
        other = _below(last + 1, chance)
        result[last], result[other] = result[other], result[last]
    return result


def _placed(question: Question, seed: str) -> Placed:
    order = _order(question)
    is_fixed = isinstance(question, SingleChoice | MultipleChoice) and not question.shuffle
    options = (
        {gap.key: tuple(shuffled(gap.options, f"{seed}/{gap.key}")) for gap in question.gaps if gap.options}
        if isinstance(question, GapText)
        else {}
    )
    return Placed(question.key, tuple(order if is_fixed else shuffled(order, seed)), options)


def _order(question: Question) -> list[str]:
    """The keys of the parts as the author wrote them; of right sides with equal words only the first."""
    match question:
        case SingleChoice() | MultipleChoice():
            return [one.key for one in question.choices]
        case HotSpots():
            return [one.key for one in question.spots]
        case Ordering():
            return [one.key for one in question.items]
        case Matching():
            sides = [(pair.right, pair.key) for pair in question.pairs]
            sides += [(one.text, one.key) for one in question.distractors]
            return list(dict(reversed(sides)).values())
        case _:
            return []


def _numbers(seed: str) -> Iterator[int]:
    count = 0
    while True:
        digest = hashlib.sha256(f"{seed}\x00{count}".encode("utf-8", "surrogatepass")).digest()
        yield from (int.from_bytes(digest[i : i + _BYTES], "big") for i in range(0, len(digest), _BYTES))
        count += 1


def _below(limit: int, chance: Iterator[int]) -> int:
    """A number below `limit`; what would favour the small ones is thrown away."""
    whole = 2 ** (8 * _BYTES)
    edge = whole - whole % limit
    return next(number % limit for number in chance if number < edge)
