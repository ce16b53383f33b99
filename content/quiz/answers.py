"""Answers, as values that can be written as JSON and read again."""

from typing import TypeAlias

from msgspec import Struct


class _Answer(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class Chosen(_Answer, frozen=True, forbid_unknown_fields=True, tag="chosen"):
    """Keys of choices or spots; `true` or `false` for a sentence."""

    keys: tuple[str, ...]


class Ordered(_Answer, frozen=True, forbid_unknown_fields=True, tag="ordered"):
    """Keys of items, in the order they were put."""

    keys: tuple[str, ...]


class Matched(_Answer, frozen=True, forbid_unknown_fields=True, tag="matched"):
    """For keys of left sides the key of the pair, or of the distractor, whose right side was put there."""

    keys: dict[str, str]


class Filled(_Answer, frozen=True, forbid_unknown_fields=True, tag="filled"):
    """What was written or chosen in each gap."""

    texts: dict[str, str]


class Written(_Answer, frozen=True, forbid_unknown_fields=True, tag="written"):
    """A number as it was typed, a few words, or a whole text."""

    text: str


Answer: TypeAlias = Chosen | Ordered | Matched | Filled | Written
