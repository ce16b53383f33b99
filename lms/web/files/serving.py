"""Handing out a file: as an attachment that no browser opens as a page, whole or a part of it (S-61, RFC 9110, 14)."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Stream

from lms.kernel.errors import NotFound
from lms.web.files.store import Store

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def part_asked(header: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for, as start (included) and end (excluded); None for the whole file.

    Several ranges, and what cannot be read, give the whole file, as RFC 9110 allows. Raises ValueError where nothing lies in it.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if last and first and int(last) < int(first):
        return None
    if start >= size or end <= start:
        raise ValueError("nothing lies there")
    return start, end


async def handed_out(
    request: Request[Any, Any, Any], store: Store, *, stored: str, name: str, media_type: str
) -> Response[Any]:
    """The bytes of a file; whoever may not see it was refused before. Raises NotFound when the file is missing."""
    size = await asyncio.to_thread(store.size_of, stored)
    if size is None:
        raise NotFound
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",  # S-04: the right to it may be gone with the next request
        "Accept-Ranges": "bytes",
    }
    try:
        part = part_asked(request.headers.get("range", ""), size)
    except ValueError:
        return Response(
            b"",
            status_code=416,
            media_type=media_type,
            headers={**headers, "Content-Range": f"bytes */{size}"},
        )
    start, end = part or (0, size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Stream(
        _pieces(store, stored, start, end),
        status_code=200 if part is None else 206,
        media_type=media_type,
        headers=headers,
    )


async def _pieces(store: Store, stored: str, start: int, end: int) -> AsyncIterator[bytes]:
    """The file piece by piece, read beside the loop."""
    pieces = store.read(stored, start, end)
    while True:
        piece = await asyncio.to_thread(next, pieces, b"")
        if not piece:
            return
        yield piece
