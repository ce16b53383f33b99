"""Devices lent in the demo: to whom, since when, and what became of them."""

from typing import Literal

from lms.demo.shapes.words import Count, Key, Shape, Words


class Loan(Shape, frozen=True, kw_only=True):
    """One loan; days are counted from today. `missing` did not come back, `blocks_for` is the length of a block."""

    model: Key
    state: Literal["reserved", "out", "returned", "lost", "cancelled"]
    first: int
    last: int
    borrower: Key | None = None
    returned: int | None = None
    agreement: Literal["screen", "paper"] | None = None
    reminders: int = 0
    blocks_for: int = 0
    unwiped: bool = False
    missing: str = ""
    condition: Literal["good", "worn", "damaged"] = "good"
    note: str = ""


class Classroom(Shape, frozen=True, kw_only=True):
    """How many devices of which model go round in class."""

    model: Key
    devices: Count


class Block(Shape, frozen=True, kw_only=True):
    """Somebody to whom the team lends nothing for a while."""

    reason: Words
    days: Count


class Loans(Shape, frozen=True, kw_only=True):
    loan: list[Loan]
    classroom: Classroom
    block: list[Block]
