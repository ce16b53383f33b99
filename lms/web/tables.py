"""A list to take away: one answer for both kinds of file, by the ending of the address that was asked for.

A route lists both (`@get(["/liste.csv", "/liste.xlsx"])`), the page offers both with `components/downloads.html`. Where persons are
in the list, the route answers with `persons_file` of `lms.accounts.handing_out`, which counts and notes it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from lms.web.csv import Cell, csv_file
from lms.web.xlsx import MEDIA_TYPE, xlsx_bytes

EXCEL = ".xlsx"


def table_file(request: Request[Any, Any, Any], stem: str, rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """The rows, the first of them the head, under the name `stem` with the ending that was asked for; CSV unless it is Excel's."""
    if not request.url.path.endswith(EXCEL):
        return csv_file(f"{stem}.csv", rows)
    return Response(
        xlsx_bytes(rows),
        media_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(stem + EXCEL)}",
            "Cache-Control": "no-store",
        },
    )
