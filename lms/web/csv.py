"""Tables for a spreadsheet: one writer for every export, so that no cell can become a formula (S-63)."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from urllib.parse import quote

from litestar.response import Response

from lms.kernel.clock import local

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""A text that begins with one of these is read as a formula by spreadsheets; an apostrophe before it makes it a text."""
MEDIA_TYPE = "text/csv; charset=utf-8"

Cell = str | int | float | Decimal | date | datetime | bool | None


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as German spreadsheets open them: semicolons, decimal comma, dates as 01.12.2026, times of the venues."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_file(name: str, rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """The rows as a file to download; the mark at its beginning tells spreadsheets that it is UTF-8."""
    return Response(
        csv_text(rows).encode("utf-8-sig"),
        media_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
        },
    )


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
    if isinstance(cell, datetime):
        return f"{local(cell):%d.%m.%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, float | Decimal):
        return str(cell).replace(".", ",")
    return str(cell)
