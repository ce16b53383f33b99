"""What a digital check asks and advises: values, read from and written to the JSON of a draft or an edition."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec

HIGHEST = 4
LEVELS = range(HIGHEST + 1)
MOST_AREAS, MOST_QUESTIONS, MOST_ADVICE = 10, 8, 60
LONGEST_COMMENT = 500


class Words(msgspec.Struct, frozen=True):
    """A text in both languages; without English words the German ones are shown."""

    de: str = ""
    en: str = ""

    def said(self, language: str) -> str:
        """In the reader's language."""
        return self.en if language == "en" and self.en else self.de


def new_key() -> str:
    """A key that areas, questions and advice keep for ever, through all editions."""
    return uuid4().hex[:12]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its five levels, from "not yet" to "as good as it gets"; `why` says why it is asked."""

    text: Words
    levels: tuple[Words, ...]
    why: Words = Words()
    key: str = msgspec.field(default_factory=new_key)

    @property
    def digest(self) -> str:
        """The same for the same German words of question and levels: only such answers are compared."""
        said = "\0".join([self.text.de, *(level.de for level in self.levels)])
        return sha256(said.encode()).hexdigest()[:16]


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the business. `steps` says, for each level, what comes next."""

    name: Words
    about: Words = Words()
    steps: tuple[Words, ...] = ()
    questions: tuple[Question, ...] = ()
    key: str = msgspec.field(default_factory=new_key)

    def step(self, level: int) -> Words:
        """What comes next on this level; empty where nobody has written it."""
        return self.steps[level] if level < len(self.steps) else Words()


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What helps whoever stands at `up_to` or below in an area: a course, or a consultation about a topic, by their ids."""

    area: str
    up_to: int
    reason: Words
    course: str = ""
    topic: str = ""
    key: str = msgspec.field(default_factory=new_key)

    @property
    def aim(self) -> str:
        """The same for the same course or the same consultation."""
        return self.course or self.topic


class Content(msgspec.Struct, frozen=True):
    """All of a check: what is asked, and what is advised."""

    areas: tuple[Area, ...] = ()
    advice: tuple[Advice, ...] = ()

    def area(self, key: str) -> Area | None:
        """The area of this key."""
        return next((one for one in self.areas if one.key == key), None)

    @property
    def questions(self) -> Mapping[str, Question]:
        """All questions by their keys."""
        return {question.key: question for area in self.areas for question in area.questions}


def read(written: Mapping[str, Any]) -> Content:
    """The content of a row."""
    return msgspec.convert(dict(written), Content)


def write(content: Content) -> dict[str, Any]:
    """The content as a row keeps it."""
    kept: dict[str, Any] = msgspec.to_builtins(content)
    return kept
