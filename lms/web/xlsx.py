"""Tables as Excel files, beside `lms.web.csv`: numbers and dates keep their type, and no text becomes a formula (S-63)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from lms.kernel.clock import local
from lms.web.csv import Cell

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # Excel, "specifications and limits"
WIDEST, NARROWEST = 60, 8
OPTIONS = {
    "in_memory": True,  # without it files are left in the temporary folder
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def xlsx_bytes(rows: Iterable[Sequence[Cell]], *, sheet: str = "Liste") -> bytes:
    """A workbook with one sheet: the first row is a head that stays in sight and filters, columns are as wide as what is in them."""
    return book_bytes([(sheet, rows)])


def book_bytes(sheets: Iterable[tuple[str, Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook of several such sheets, each with its name (31 letters at most)."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        looks = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "dd.mm.yyyy"}),
            "moment": book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
            "sum": book.add_format({"num_format": "#,##0.00"}),
        }
        for name, rows in sheets:
            _fill(book.add_worksheet(name), rows, looks)
    return out.getvalue()


def _fill(
    page: xlsxwriter.worksheet.Worksheet, rows: Iterable[Sequence[Cell]], looks: dict[str, object]
) -> None:
    widths: dict[int, int] = {}
    last = -1
    for last, row in enumerate(rows):
        for column, cell in enumerate(row):
            _put(page, last, column, cell, looks)
            widths[column] = max(widths.get(column, NARROWEST), min(WIDEST, _length(cell) + 2))
    for column, width in widths.items():
        page.set_column(column, column, width)
    if widths:
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(last, 0), len(widths) - 1)


def _put(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, looks: dict[str, object]
) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(row, column, cell[:LONGEST_CELL], looks["head"] if row == 0 else None)
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, local(cell).replace(tzinfo=None), looks["moment"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, looks["day"])
    elif isinstance(cell, Decimal | float):
        page.write_number(row, column, float(cell), looks["sum"])
    else:
        page.write_number(row, column, cell)


def _length(cell: Cell) -> int:
    if isinstance(cell, datetime):
        return len("31.12.2026 23:59")
    if isinstance(cell, date):
        return len("31.12.2026")
    return max((len(line) for line in str("" if cell is None else cell).split("\n")), default=0)
