"""Lists of people as meeting services and spreadsheets write them: bytes → cells as text."""

import csv
import zipfile
from datetime import datetime
from io import BytesIO, StringIO
from itertools import islice

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2_000, 40, 300
_ENCODINGS = ("utf-8-sig", "cp1252")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SIGNS = "\t;,"


def cells(content: bytes) -> list[list[str]]:
    """The rows of the first sheet, or of a text with tabs, semicolons or commas; empty rows are left out.

    No cell is ever run: of a formula one gets the value that was last saved. Raises ValueError.
    """
    rows = _of_workbook(content) if zipfile.is_zipfile(BytesIO(content)) else _of_text(content)
    return [row[: max(at for at, cell in enumerate(row) if cell) + 1] for row in rows if any(row)]


def _of_workbook(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # heavy, and only wanted here

    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
    return [[_text(cell) for cell in row] for row in rows]


def _of_text(content: bytes) -> list[list[str]]:
    text = _decoded(content).replace("\x00", "")
    sign = max(_SIGNS, key=lambda one: max((line.count(one) for line in text.splitlines()[:50]), default=0))
    reader = csv.reader(StringIO(text, newline=""), delimiter=sign)
    return [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in islice(reader, MOST_ROWS)]


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        return content.decode("utf-16")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no text")


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y %H:%M:%S")
    readable = "".join(sign if sign.isprintable() else " " for sign in str("" if cell is None else cell))
    return " ".join(readable.split())[:LONGEST_CELL]
