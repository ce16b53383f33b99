"""What is asked: questions as values, read from and written to the JSON of a questionnaire."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec

from lms.kernel.marking import N_
from lms.surveys.errors import NoChoices, NoEnds, NoQuestionText

HIGHEST = 5
"""Scales go from 1 to 5."""
LONGEST_TEXT = 2_000
MOST_CHOICES = 10
MOST_QUESTIONS = 30


class QuestionKind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


KIND_WORDS: Mapping[QuestionKind, str] = {
    QuestionKind.SCALE: N_("Scale from 1 to 5"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.CHOICE: N_("One of several answers"),
    QuestionKind.TEXT: N_("In own words"),
}
SAID_IN_WORDS = frozenset({QuestionKind.SCALE, QuestionKind.YES_NO})
"""Questions with answers that speak for something: a sentence of the team can say how many gave them."""
YES_NO = (("yes", N_("Yes")), ("no", N_("No")))


class Choice(msgspec.Struct, frozen=True):
    """One answer to choose; without English words the German ones are shown."""

    de: str
    en: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `text_du` is for minors and for whoever is called du; `low` and `high` are the ends of a scale.

    `finding` goes on after "9 von 12" about those who said yes, or 4 or 5: "würden den Kurs weiterempfehlen".
    """

    kind: QuestionKind
    text_de: str
    key: str = msgspec.field(default_factory=lambda: uuid4().hex[:12])
    text_du: str = ""
    text_en: str = ""
    needed: bool = False
    low: Choice = Choice("")
    high: Choice = Choice("")
    choices: tuple[Choice, ...] = ()
    finding: Choice = Choice("")

    @property
    def digest(self) -> str:
        """The same for the same words: answers to other words are never counted together. How it is read does not count."""
        asked = msgspec.to_builtins(self)
        del asked["finding"]
        return sha256(msgspec.json.encode(asked)).hexdigest()[:16]

    def text(self, language: str, *, informal: bool = False) -> str:
        """The question in the reader's language."""
        if language == "en" and self.text_en:
            return self.text_en
        return (informal and self.text_du) or self.text_de

    def options(self, language: str) -> list[tuple[str, str]]:
        """What may be answered, each with its words; nothing for free text. `Yes` and `No` are still to be translated."""
        if self.kind is QuestionKind.SCALE:
            low, high = word(self.low, language), word(self.high, language)
            named = {1: f"1 – {low}", HIGHEST: f"{HIGHEST} – {high}"}
            return [(str(step), named.get(step, str(step))) for step in range(1, HIGHEST + 1)]
        if self.kind is QuestionKind.YES_NO:
            return list(YES_NO)
        return [(str(index), word(choice, language)) for index, choice in enumerate(self.choices)]


def word(choice: Choice, language: str) -> str:
    """The words of an answer in this language."""
    return choice.en if language == "en" and choice.en else choice.de


def checked(question: Question) -> Question:
    """The question, if it can be asked. Raises NoQuestionText, NoEnds or NoChoices."""
    if not question.text_de:
        raise NoQuestionText
    if question.kind is QuestionKind.SCALE and not (question.low.de and question.high.de):
        raise NoEnds
    if question.kind is QuestionKind.CHOICE and not 1 < len(question.choices) <= MOST_CHOICES:
        raise NoChoices
    return question


def read(written: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions of a row."""
    return msgspec.convert(list(written), list[Question])


def write(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The questions as a row keeps them."""
    kept: list[dict[str, Any]] = msgspec.to_builtins(list(questions))
    return kept


def wording_of(questions: Sequence[Question]) -> str:
    """The same for questionnaires that ask the same in the same words."""
    return sha256("".join(one.digest for one in questions).encode()).hexdigest()[:16]


def usual_questions() -> list[Question]:
    """What a new questionnaire begins with: seven short questions in plain words."""
    scale, yes_no, text = QuestionKind.SCALE, QuestionKind.YES_NO, QuestionKind.TEXT
    bad, good = Choice("gar nicht gut", "not good at all"), Choice("sehr gut", "very good")
    return [
        Question(
            key="overall", kind=scale, needed=True, low=bad, high=good,
            finding=Choice("fanden den Kurs gut oder sehr gut", "found the course good or very good"),
            text_de="Wie hat Ihnen der Kurs gefallen?",
            text_du="Wie hat dir der Kurs gefallen?",
            text_en="How did you like the course?",
        ),
        Question(
            key="explained", kind=scale, low=bad, high=good,
            finding=Choice("fanden, dass gut erklärt wurde", "found that things were explained well"),
            text_de="Wie gut wurde erklärt?", text_en="How well were things explained?",
        ),
        Question(
            key="pace", kind=QuestionKind.CHOICE,
            choices=(Choice("zu langsam", "too slow"), Choice("genau richtig", "just right"), Choice("zu schnell", "too fast")),
            text_de="Wie war das Tempo?", text_en="How was the pace?",
        ),
        Question(
            key="place", kind=scale, low=bad, high=good,
            finding=Choice("fanden Raum und Technik gut", "found room and devices good"),
            text_de="Wie gut waren Raum und Technik?", text_en="How good were the room and the devices?",
        ),
        Question(
            key="again", kind=yes_no,
            finding=Choice("würden den Kurs weiterempfehlen", "would recommend the course"),
            text_de="Würden Sie den Kurs weiterempfehlen?",
            text_du="Würdest du den Kurs weiterempfehlen?",
            text_en="Would you recommend the course?",
        ),
        Question(key="liked", kind=text, text_de="Was war gut?", text_en="What was good?"),
        Question(
            key="change", kind=text, text_de="Was sollen wir anders machen?", text_en="What should we do differently?"
        ),
    ]  # fmt: skip


def first_questions() -> list[Question]:
    """What a questionnaire for the first session begins with: four questions about what can still be changed."""
    yes_no, text = QuestionKind.YES_NO, QuestionKind.TEXT
    return [
        Question(
            key="expected", kind=yes_no, needed=True,
            finding=Choice("fanden den ersten Termin wie erwartet", "found the first session as expected"),
            text_de="War der erste Termin so, wie Sie ihn erwartet haben?",
            text_du="War der erste Termin so, wie du ihn erwartet hast?",
            text_en="Was the first session what you expected?",
        ),
        Question(
            key="pace", kind=QuestionKind.CHOICE,
            choices=(Choice("zu langsam", "too slow"), Choice("genau richtig", "just right"), Choice("zu schnell", "too fast")),
            text_de="Wie war das Tempo?", text_en="How was the pace?",
        ),
        Question(
            key="follow", kind=yes_no,
            finding=Choice("konnten gut sehen, hören und mitmachen", "could see, hear and take part well"),
            text_de="Konnten Sie alles gut sehen, hören und mitmachen?",
            text_du="Konntest du alles gut sehen, hören und mitmachen?",
            text_en="Could you see and hear everything well, and take part?",
        ),
        Question(
            key="wish", kind=text,
            text_de="Was sollen wir bei den nächsten Terminen anders machen?",
            text_en="What should we do differently in the next sessions?",
        ),
    ]  # fmt: skip
