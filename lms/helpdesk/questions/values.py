"""Questions of a desk as values, read from and written to `HelpDesk.questions`."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import uuid4

import msgspec

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_

MOST_QUESTIONS, MOST_CHOICES = 12, 12


class NoChoices(DomainError):
    status = 422
    message = N_("Enter two to twelve answers, each on a line of its own.")


class TooManyQuestions(DomainError):
    status = 422
    message = N_("At most twelve questions. Whoever has to fill in much does not come.")


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    NUMBER = "number"
    ONE = "one"
    MANY = "many"


KIND_WORDS: Mapping[QuestionKind, str] = {
    QuestionKind.TEXT: N_("In own words"),
    QuestionKind.NUMBER: N_("With a number"),
    QuestionKind.ONE: N_("One of several answers"),
    QuestionKind.MANY: N_("Any number of several answers"),
}
CHOOSING = frozenset({QuestionKind.ONE, QuestionKind.MANY})


class Choice(msgspec.Struct, frozen=True):
    """One answer to choose. Its key stays while its German words do."""

    key: str
    text_de: str
    text_en: str = ""


class DeskQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question before a consultation."""

    text_de: str
    text_en: str = ""
    kind: QuestionKind = QuestionKind.TEXT
    choices: tuple[Choice, ...] = ()
    key: str = msgspec.field(default_factory=lambda: uuid4().hex[:12])


def read(written: Sequence[Mapping[str, Any]]) -> list[DeskQuestion]:
    """The questions of a desk."""
    return msgspec.convert(list(written), list[DeskQuestion])


def write(questions: Sequence[DeskQuestion]) -> list[dict[str, Any]]:
    """The questions as the desk keeps them."""
    kept: list[dict[str, Any]] = msgspec.to_builtins(list(questions))
    return kept


def checked(question: DeskQuestion) -> DeskQuestion:
    """The question, if it can be asked. Raises NoChoices."""
    if question.kind in CHOOSING and not 1 < len(question.choices) <= MOST_CHOICES:
        raise NoChoices
    return question


def choices_in(typed: str, known: Sequence[Choice] = ()) -> tuple[Choice, ...]:
    """One answer a line, English words behind a bar; the same German words keep their key."""
    keys = {one.text_de: one.key for one in known}
    taken = set(keys.values())
    found = []
    for line in typed.splitlines():
        german, _, english = line.partition("|")
        if words := german.strip():
            number = next(str(each) for each in range(1, 1000) if str(each) not in taken)
            key = keys.get(words) or number
            taken.add(key)
            found.append(Choice(key, words, english.strip()))
    return tuple(found)
