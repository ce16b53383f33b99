"""What the kinds of questions are called in everyday words, and by which word in the address."""

from collections.abc import Mapping
from dataclasses import dataclass

from content.quiz.questions import (
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
    TrueFalse,
)
from lms.kernel.marking import N_


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question. `row` is what its parts are called, `more` the button that adds one."""

    slug: str
    words: str
    hint: str
    row: str = ""
    more: str = ""
    rows: int = 0
    """How many a new question begins with."""
    has_parts: bool = False
    """Whether half right is possible."""


KINDS: Mapping[type[Question], Kind] = {
    SingleChoice: Kind(
        "auswahl",
        N_("Choose one answer"),
        N_("Several answers, exactly one is right."),
        N_("Answer %(num)s"),
        N_("Another answer"),
        4,
    ),
    MultipleChoice: Kind(
        "mehrfach",
        N_("Choose several answers"),
        N_("Several answers, one or more are right."),
        N_("Answer %(num)s"),
        N_("Another answer"),
        4,
        has_parts=True,
    ),
    TrueFalse: Kind("stimmt", N_("True or not true"), N_("A sentence that is true or not.")),
    Ordering: Kind(
        "reihenfolge",
        N_("Put in order"),
        N_("Steps or things that have to be put in the right order."),
        N_("Place %(num)s"),
        N_("Another thing"),
        4,
        has_parts=True,
    ),
    Matching: Kind(
        "zuordnen",
        N_("Find what belongs together"),
        N_("For each thing on the left the one on the right has to be found."),
        N_("Pair %(num)s"),
        N_("Another pair"),
        3,
        has_parts=True,
    ),
    GapText: Kind(
        "luecken",
        N_("Fill in gaps"),
        N_("A text in which words are missing: to be typed, or chosen."),
        N_("Gap %(num)s"),
        N_("Find the gaps in the text"),
        has_parts=True,
    ),
    Number: Kind("zahl", N_("Type a number"), N_("A number, with a difference that still counts as right.")),
    ShortText: Kind(
        "kurz",
        N_("Type a few words"),
        N_("A word or a few; you say which wordings count."),
        N_("Wording %(num)s"),
        N_("Another wording"),
        2,
        has_parts=True,
    ),
    FreeText: Kind(
        "freitext", N_("Write a text"), N_("An answer in own words. You read it and give the points.")
    ),
    HotSpots: Kind(
        "bild",
        N_("Find the place in a picture"),
        N_("A picture in which the right places have to be tapped. There are words for who does not see it."),
        N_("Place %(num)s in the picture"),
        N_("Another place"),
        2,
        has_parts=True,
    ),
}
BY_SLUG: Mapping[str, type[Question]] = {kind.slug: question for question, kind in KINDS.items()}


def kind_of(question: Question) -> Kind:
    """What is known about the kind of this question."""
    return KINDS[type(question)]
