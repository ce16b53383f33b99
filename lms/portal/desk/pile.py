"""A kind of work that is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select


@dataclass(frozen=True, slots=True)
class Pile:
    """A kind of work of which there may be several pieces: who does it, where, how it is said, how it is counted.

    The count is a query of two columns: how many, and the moment by which the first of them is due.
    """

    act: str
    resource: str
    path: str
    say: Callable[[int], str]
    counted: Select[*tuple[Any, ...]]
