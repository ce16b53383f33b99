"""Where things stand on a sheet, in millimetres from the upper left corner of A4. `paper.css` draws what is measured here.

A printed sheet lives for years: never move anything in a layout, make another one.
"""

import re
from dataclasses import dataclass

VERSION = 1
WIDTH, HEIGHT = 210.0, 297.0

MARK = 10.0
"""Side of the black square of a corner mark."""
MARK_CORNERS = {0: (8.0, 8.0), 1: (192.0, 8.0), 2: (192.0, 279.0), 3: (8.0, 279.0)}
"""The upper left corner of each mark by its number in the dictionary of marks: clockwise, so that they say what is up."""

CODE_AREA = (158.0, 6.0, 190.0, 38.0)
"""Where the square code is looked for: left, top, right, bottom."""

ROWS_PER_PAGE = 16
FIRST_ROW, PITCH = 70.0, 12.5
LEFT, RIGHT = 14.0, 196.0
NUMBER, NAME, BOX_COLUMN, EXTRA = 14.0, 60.0, 12.0, 20.0
BOX = 7.0
"""Outer side of a box to tick; its frame is `FRAME` thick."""
FRAME = 0.5
MOST_BOXES = 5
SIGNED = (3.0, 20.0)
"""The part of the column for signatures that is looked at, from its left edge."""

BIT, BIT_STEP, BITS = 1.6, 2.1, 6
BITS_AT = (LEFT + 0.8, 9.6)
"""The first of the little squares that number a row: from the left of the sheet, and from the top of the row."""

_WRITTEN = re.compile(r"([A-Z2-7]{10})-(\d{1,2})-(\d{1,2})-(\d)\Z")


@dataclass(frozen=True, slots=True)
class Name:
    """What the square code says of a page: which sheet, which page of it (from 1), how many rows and boxes a row it has."""

    code: str
    page: int
    rows: int
    boxes: int

    def __str__(self) -> str:
        return f"{self.code}-{self.page}-{self.rows}-{self.boxes}"


def name_in(text: str) -> Name | None:
    """The name at the end of what a square code says, such as an address; None where it is none of ours."""
    found = _WRITTEN.search(text.strip())
    if found is None:
        return None
    name = Name(found[1], int(found[2]), int(found[3]), int(found[4]))
    fits = name.page and 0 < name.rows <= ROWS_PER_PAGE and 0 < name.boxes <= MOST_BOXES
    return name if fits else None


def top_of(row: int) -> float:
    """The upper edge of a row, counted from 0."""
    return FIRST_ROW + row * PITCH


def box_at(row: int, box: int) -> tuple[float, float]:
    """The middle of a box, both counted from 0."""
    return LEFT + NUMBER + NAME + (box + 0.5) * BOX_COLUMN, top_of(row) + PITCH / 2


def signature_at(row: int, boxes: int) -> tuple[float, float, float, float]:
    """The part of a row in which a signature leaves ink: left, top, right, bottom."""
    left = LEFT + NUMBER + NAME + boxes * BOX_COLUMN
    return left + SIGNED[0], top_of(row) + 1.5, left + SIGNED[1], top_of(row) + PITCH - 1.5


def bits_of(row: int) -> tuple[bool, ...]:
    """The little squares of a row: one that is always there, four for its number, one that makes their count even."""
    number = [bool(row >> place & 1) for place in (3, 2, 1, 0)]
    return (True, *number, not sum(number) % 2)
