"""The list to sign as PDF: facts in, bytes out. Drawing takes a second: never with a transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.layout import Name
from lms.web.language import Language, gettext, use_locale
from lms.web.paper import Stationery

if TYPE_CHECKING:
    from certificates.pdf import Asset

HERE = Path(__file__).parent
PAPER = Stationery(HERE.parent / "templates", HERE / "paper.css")
LONGEST_NAME = 46
"""Letters that fit into two lines at 14 pt."""
MARK_MODULES = 8
"""Of the family 36h11: six and a black border."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row: its number on the whole list, the name (empty for somebody who joins), the squares that number it."""

    number: int
    name: str
    bits: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One page, and what its square code says of it."""

    number: int
    name: Name
    rows: Sequence[PaperRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands on a list. `address` is what the square codes begin with; `units` as in `AttendanceSheet`."""

    title: str
    when: str
    where: str
    run: str
    trainers: Sequence[str]
    centre: str
    address: str
    units: int
    extras: Sequence[str]
    pages: Sequence[PaperPage]
    language: Language
    printed_at: datetime

    @property
    def box_words(self) -> Sequence[str]:
        """What stands above the boxes."""
        if self.units == 1:
            return [gettext("present"), gettext("absent")]
        return [*(gettext("Unit %(number)s", number=one + 1) for one in range(self.units)), gettext("absent")]


def page_of(number: int, code: str, names: Sequence[str], *, before: int, boxes: int) -> PaperPage:
    """A page with these names, of which `before` stand on earlier pages."""
    rows = [
        PaperRow(before + place + 1, _shortened(name), layout.bits_of(place))
        for place, name in enumerate(names)
    ]
    return PaperPage(number, Name(code, number, len(rows), boxes), rows)


def sheet_pdf(paper: Paper) -> bytes:
    """The pages as PDF/A and PDF/UA, to be printed in actual size."""
    from certificates.pdf import Asset  # WeasyPrint: heavy, and only wanted here
    from certificates.qr import qr_svg

    with use_locale(paper.language):
        page = PAPER.words("attendance/sheets/paper.html", paper.language, sheet=paper)
        title = gettext("List to sign")
        codes = [
            Asset(f"code-{one.number}.svg", qr_svg(f"{paper.address}{one.name}", alt=str(one.name)).encode())
            for one in paper.pages
        ]
    return PAPER.pdf(
        page,
        title=f"{title}: {paper.title}",
        language=paper.language,
        created=paper.printed_at,
        assets=(*_marks(), *codes),
    )


@cache
def _marks() -> "tuple[Asset, ...]":
    """The four corner marks, drawn by the library that finds them again."""
    import cv2

    from certificates.pdf import Asset
    from certificates.qr import drawn
    from lms.attendance.sheets.reader.finding import DICTIONARY

    def modules(number: int) -> tuple[bytearray, ...]:
        picture = cv2.aruco.generateImageMarker(DICTIONARY, number, MARK_MODULES, borderBits=1)
        return tuple(bytearray(int(one == 0) for one in row) for row in picture)

    return tuple(
        Asset(f"mark-{number}.svg", drawn(modules(number), alt=str(number)).encode())
        for number in layout.MARK_CORNERS
    )


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
