"""A quiz without rows: for guests, for a tablet that everybody uses, and for authors who try their own.

The sheet comes from a signed seed that travels with the page, the answers travel in the form. Nothing is kept.

    loose = begin(quiz, signer)                      # loose.signed goes into the form
    loose = again(quiz, signed, signer, carried)     # with what was answered so far, loose.carried goes into the form
    loose = loose.with_answer(number, answer_from(loose.sheet.questions[number - 1], typed))
    sentence(loose), explained(loose, …)             # `lms.quizzes.explaining`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID, uuid4

import msgspec

from content.quiz.answers import Answer
from content.quiz.drawing import Sheet, draw
from content.quiz.questions import Quiz
from content.quiz.results import Result, result_of
from lms.kernel.errors import Invalid
from lms.kernel.tokens import Signer
from lms.quizzes.models import HandMark
from lms.web.sent import uuid_in

PURPOSE = "loose-quiz"
MOST_CARRIED = 100_000
_Answers = msgspec.json.Decoder(dict[str, Answer])


@dataclass(frozen=True)
class Loose:
    """What somebody has in front of them. `signed` leads to the same sheet again."""

    quiz: Quiz
    signed: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    hand_marks: Mapping[str, HandMark] = field(default_factory=dict)
    """None: nobody marks it."""

    @cached_property
    def sheet(self) -> Sheet:
        """Its questions."""
        return draw(self.quiz, self.signed.partition(".")[0])

    @cached_property
    def result(self) -> Result:
        """What the answers so far are worth."""
        return result_of(self.sheet, self.answers, self.quiz.pass_percent)

    @property
    def carried(self) -> str:
        """The answers as text for a hidden field."""
        return msgspec.json.encode(self.answers).decode()

    def with_answer(self, number: int, answer: Answer | None) -> "Loose":
        """The same with an answer to the question of this number, from 1; None takes it away."""
        key = self.sheet.questions[number - 1].question.key
        kept = {name: one for name, one in self.answers.items() if name != key}
        return replace(self, answers=kept if answer is None else kept | {key: answer})


def begin(quiz: Quiz, signer: Signer) -> Loose:
    """A new sheet."""
    seed = uuid4()
    return Loose(quiz, f"{seed}.{signer.token(PURPOSE, seed)}")


def again(quiz: Quiz, signed: str, signer: Signer, carried: str = "") -> Loose:
    """The sheet of a seed that we signed, with the answers that travelled along. Raises Invalid for anything else.

    Nobody can look for a seed whose questions they like: only ours are taken.
    """
    seed, _, token = signed.partition(".")
    found = uuid_in(seed)
    if found is None or str(found) != seed or not signer.matches(token, PURPOSE, UUID(seed)):
        raise Invalid
    if len(carried) > MOST_CARRIED:
        raise Invalid
    try:
        answers = _Answers.decode(carried or "{}")
    except msgspec.DecodeError as error:
        raise Invalid from error
    return Loose(quiz, signed, answers)
