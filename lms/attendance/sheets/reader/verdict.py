"""What a photo of a sheet says, or why it says nothing."""

from dataclasses import dataclass, field
from enum import StrEnum

from lms.attendance.sheets.reader.layout import Name


class Tick(StrEnum):
    """What is in a box. Whatever might be either is unsure: somebody looks at it."""

    TICKED = "ticked"
    EMPTY = "empty"
    UNSURE = "unsure"


class Trouble(StrEnum):
    """Why a photo cannot be read."""

    NO_SHEET = "no-sheet"
    DARK = "dark"
    BLURRED = "blurred"
    CUT_OFF = "cut-off"
    FAR = "far"
    TWO_SHEETS = "two-sheets"
    NO_CODE = "no-code"
    FOREIGN_CODE = "foreign-code"
    CREASED = "creased"
    TOO_MUCH = "too-much"
    """It took more time or memory than a photo may."""


class Unusable(Exception):
    """Nothing can be read, for this reason."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class RowFound:
    """One row: what is in its boxes, and whether there is ink where one signs."""

    boxes: tuple[Tick, ...]
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as read: whose it is, its rows from the top, and the page laid straight as a JPEG in shades of grey."""

    name: Name
    rows: tuple[RowFound, ...]
    straight: bytes = field(repr=False)
