"""Labels for devices: sheets of label paper with a square code that leads to the device's page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.kernel.marking import N_
from lms.web.language import current_language, gettext
from lms.web.paper import Stationery

HERE = Path(__file__).parent
PAPER = Stationery(HERE.parent / "templates", HERE / "labels.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A4 label paper: `columns` × `rows` labels of so many millimetres; sheets are centred on the paper."""

    key: str
    words: str
    columns: int
    rows: int

    @property
    def count(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows


SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet(key="70x37", words=N_("24 labels, 70 × 37 mm"), columns=3, rows=8),
        Sheet(key="48x25", words=N_("40 labels, 48.5 × 25.4 mm"), columns=4, rows=10),
    )
}
"""Two sizes that every maker of label paper has: as Avery Zweckform 3474 and L4736."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one label: the inventory number, the model, and where the code leads."""

    number: str
    model: str
    address: str


def pages_of(labels: Sequence[Label], sheet: Sheet, *, start: int = 1) -> Iterator[list[list[Label | None]]]:
    """The labels as rows of sheets; those before `start` (from 1) on the first sheet stay empty."""
    cells: list[Label | None] = [None] * (start - 1) + list(labels)
    cells += [None] * (-len(cells) % sheet.count)
    for first in range(0, len(cells), sheet.count):
        page = cells[first : first + sheet.count]
        yield [page[at : at + sheet.columns] for at in range(0, sheet.count, sheet.columns)]


def label_sheets(
    labels: Sequence[Label], sheet: Sheet, *, start: int, centre: str, created: datetime
) -> bytes:
    """The sheets as PDF, to be printed in actual size."""
    from certificates.pdf import Asset  # WeasyPrint: heavy, and only wanted here
    from certificates.qr import qr_svg

    page = PAPER.words(
        "resources/devices/labels.html",
        current_language(),
        sheet=sheet,
        pages=list(pages_of(labels, sheet, start=start)),
        centre_name=centre,
    )
    return PAPER.pdf(
        page,
        title=gettext("Labels"),
        language=current_language(),
        created=created,
        assets=tuple(
            Asset(f"{label.number}.svg", qr_svg(label.address, alt=label.address).encode())
            for label in labels
        ),
    )
