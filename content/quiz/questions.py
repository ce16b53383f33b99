"""Questions and quizzes, as values that can be written as JSON and read again (`msgspec.json`).

Texts are the Markdown of `content.lesson`. Every part that an answer names has a `key`: it is unique within its question, a
question's within its quiz, and it stays when words change, so that answers and statistics keep their meaning.
"""

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One possible answer. `feedback` is shown to whoever chose it."""

    key: str
    text: str
    is_right: bool = False
    feedback: str = ""


class _Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all questions have. `points` are whole; `feedback` is the reason, shown with the result.

    `lesson` is the key of the lesson to read again, `place` a heading's anchor in it. With `partial` a half right answer
    gives a part of the points.
    """

    key: str
    text: str
    points: int = 1
    partial: bool = True
    feedback: str = ""
    lesson: str = ""
    place: str = ""


class SingleChoice(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="single"):
    """One of several. Exactly one is right."""

    choices: tuple[Choice, ...]
    shuffle: bool = True


class MultipleChoice(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="multiple"):
    """Any of several. At least one is right."""

    choices: tuple[Choice, ...]
    shuffle: bool = True


class TrueFalse(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="true_false"):
    """A sentence that is true or not."""

    is_true: bool


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be put in its place."""

    key: str
    text: str


class Ordering(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ordering"):
    """Items, in their right order here and shuffled on the page."""

    items: tuple[Item, ...]


class Pair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs together. `key` names the left side, and the right one too."""

    key: str
    left: str
    right: str


class Matching(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="matching"):
    """Each left side has one right side; `distractors` belong to none."""

    pairs: tuple[Pair, ...]
    distractors: tuple[Item, ...] = ()


class Accepted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wording that counts, and with how many percent of the points."""

    text: str
    percent: int = 100
    feedback: str = ""


class Gap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One gap. With `options` it is chosen from them, else written."""

    key: str
    accepted: tuple[Accepted, ...]
    options: tuple[str, ...] = ()
    ignore_case: bool = True


class GapText(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="gaps"):
    """A text with gaps; `{{key}}` in `text` is the place of a gap."""

    gaps: tuple[Gap, ...]


class Number(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="number"):
    """A number; right within `tolerance` on either side, the edges included."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    unit: str = ""


class ShortText(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="short"):
    """A few words. White space at the ends and in a row never counts."""

    accepted: tuple[Accepted, ...]
    ignore_case: bool = True


class FreeText(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="free"):
    """A text that a trainer marks. `guidance` is for whoever marks it."""

    guidance: str = ""
    most_words: int | None = None


class Shape(StrEnum):
    """How a spot is drawn."""

    RECTANGLE = "rectangle"
    CIRCLE = "circle"


class Spot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place in a picture, in thousandths of its width and height; a circle's `height` is not looked at.

    `label` says in words what is there: whoever does not see the picture chooses from the labels.
    """

    key: str
    label: str
    x: int
    y: int
    width: int
    height: int
    shape: Shape = Shape.RECTANGLE
    is_right: bool = False
    feedback: str = ""


class HotSpots(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hotspots"):
    """A picture in which the right places are to be found. `picture` names a file of the course."""

    picture: str
    alt: str
    spots: tuple[Spot, ...]


Question: TypeAlias = (
    SingleChoice
    | MultipleChoice
    | TrueFalse
    | Ordering
    | Matching
    | GapText
    | Number
    | ShortText
    | FreeText
    | HotSpots
)


class Pool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions of which an attempt gets `draw`, or all of them."""

    key: str
    questions: tuple[Question, ...]
    title: str = ""
    draw: int | None = None


class Reveal(StrEnum):
    """When somebody sees which answers were right."""

    AFTER_ATTEMPT = "after_attempt"
    AFTER_LAST = "after_last"
    """When it is passed, or when no attempt is left."""
    NEVER = "never"


class Quiz(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quiz. `attempts` None: as often as one likes. `minutes` None: no time limit. `pass_percent` of the points are needed.

    With `is_exam` passing it is the exam of the course.
    """

    pools: tuple[Pool, ...]
    introduction: str = ""
    pass_percent: int = 60
    attempts: int | None = None
    minutes: int | None = None
    shuffle: bool = True
    reveal: Reveal = Reveal.AFTER_ATTEMPT
    is_exam: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that may come."""
        return tuple(question for pool in self.pools for question in pool.questions)
