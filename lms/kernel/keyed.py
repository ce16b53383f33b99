"""Short lists whose things keep a key for ever: written, ordered and shortened without changing what was there."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

UP, DOWN = -1, 1


class Keyed(Protocol):
    """What has a key for ever."""

    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=Keyed)


def put(found: Sequence[K], one: K) -> tuple[K, ...]:
    """With this one in the place of the one of its key, else at the end."""
    if any(other.key == one.key for other in found):
        return tuple(one if other.key == one.key else other for other in found)
    return (*found, one)


def without(found: Sequence[K], key: str) -> tuple[K, ...]:
    """Without the one of this key."""
    return tuple(one for one in found if one.key != key)


def moved(found: Sequence[K], key: str, way: int) -> tuple[K, ...]:
    """With the one of this key a place further up or down; at the end it stays."""
    index = next((i for i, one in enumerate(found) if one.key == key), None)
    if index is None or not 0 <= index + way < len(found):
        return tuple(found)
    turned = list(found)
    turned[index], turned[index + way] = turned[index + way], turned[index]
    return tuple(turned)
