"""Wishes that say the same: compared by groups of three letters, so that typing mistakes and joined words find each other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lms.participation.keys import plain

FROM, MOST = 0.4, 5
SHORTEST = 4
IN_TEXT = 0.8
"""What stands in the text only counts less than what stands in the title."""
_WORD = re.compile(r"[^\W_]+")
_FILLERS = frozenset(
    [
        "kurs",
        "kurse",
        "course",
        "workshop",
        "seminar",
        "lernen",
        "lerne",
        "learn",
        "wunsch",
        "wunsche",
        "mochte",
        "mochten",
        "will",
        "wollen",
        "gern",
        "gerne",
        "bitte",
        "fur",
        "mit",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einer",
        "und",
        "oder",
        "im",
        "in",
        "am",
        "an",
        "auf",
        "zu",
        "zum",
        "zur",
        "von",
        "vom",
        "wie",
        "ich",
        "wir",
        "man",
        "uns",
        "mir",
        "es",
        "the",
        "a",
        "an",
        "for",
        "with",
        "and",
        "or",
        "how",
        "to",
        "of",
        "on",
        "is",
        "bei",
        "uber",
        "als",
        "auch",
        "mal",
    ]
)


@dataclass(frozen=True, slots=True)
class Known:
    """A wish as it is compared: its id, and the two lines of `Wish.matching`."""

    wish_id: UUID
    matching: str


def matching_of(title: str, text: str) -> str:
    """What is compared of a wish: its telling words, those of the title in the first line."""
    return f"{' '.join(_telling(title))}\n{' '.join(_telling(text[:500]))}"


def most_similar(typed: str, known: Iterable[Known], *, most: int = MOST) -> list[UUID]:
    """The wishes that seem to be the same as what is being typed, the nearest first."""
    wanted = _threes(_telling(typed))
    if len(wanted) < SHORTEST - 1:
        return []
    scored = ((_likeness(wanted, one.matching), one.wish_id) for one in known)
    near = sorted(((score, wish_id) for score, wish_id in scored if score >= FROM), reverse=True)
    return [wish_id for _, wish_id in near[:most]]


def _likeness(wanted: set[str], matching: str) -> float:
    title, _, text = matching.partition("\n")
    threes = _threes(title.split())
    in_title = _share(wanted, threes)
    covered = _share(threes, wanted) if len(threes) >= SHORTEST else 0.0
    everywhere = IN_TEXT * _share(wanted, threes | _threes(text.split())) if text else 0.0
    return max(in_title, IN_TEXT * covered, everywhere)


def _share(some: set[str], others: set[str]) -> float:
    return len(some & others) / len(some) if some else 0.0


def _telling(text: str) -> list[str]:
    words = _WORD.findall(plain(text))
    return [word for word in words if word not in _FILLERS and len(word) > 1] or words


def _threes(words: Iterable[str]) -> set[str]:
    return {f" {word}"[start : start + 3] for word in words for start in range(max(1, len(word) - 1))}
