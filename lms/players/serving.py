"""Handing out what lies in a package, and the player around it: by a list of kinds, for this origin alone."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Stream

from lms.kernel.errors import NotFound
from lms.web.files.serving import part_asked

CHUNK = 256_000
KINDS: Mapping[str, str] = {
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "xml": "text/xml",
    "xsd": "text/xml",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "ico": "image/x-icon",
    "cur": "image/x-icon",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "eot": "application/vnd.ms-fontobject",
    "wasm": "application/wasm",
    "pdf": "application/pdf",
}
"""What a browser shows or runs, by its ending. Everything else is handed out to be kept, and opens nothing."""
OTHERS = "application/octet-stream"


def in_folder(folder: Path, name: str) -> Path:
    """The file of this name below the folder. Raises NotFound for whatever leads out of it, and where there is none."""
    if "\\" in name or "\x00" in name:
        raise NotFound
    path = (folder / name.lstrip("/")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise NotFound
    return path


async def handed_out(
    request: Request[Any, Any, Any], path: Path, *, policy: str, cache: str
) -> Response[Any]:
    """The bytes of a file, a part of it where one is asked for, nothing where the browser has it already."""
    status = await asyncio.to_thread(path.stat)
    mark = '"' + sha256(f"{path}:{status.st_size}:{status.st_mtime_ns}".encode()).hexdigest()[:24] + '"'
    media_type = KINDS.get(path.suffix.lower().lstrip("."), OTHERS)
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": cache,
        "ETag": mark,
        "Accept-Ranges": "bytes",
        "Content-Type": media_type,  # without a charset: old pages name their own
    }
    if media_type == OTHERS:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(path.name, safe='')}"
    if request.headers.get("if-none-match") == mark:
        return Response(b"", status_code=304, headers=headers)
    try:
        asked = part_asked(request.headers.get("range", ""), status.st_size)
    except ValueError:
        return Response(
            b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{status.st_size}"}
        )
    if media_type.startswith("text/"):
        asked = None  # these are compressed, and a part of what is compressed is nothing
    start, end = asked or (0, status.st_size)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{status.st_size}"
    return Stream(
        _pieces(path, start, end),
        status_code=200 if asked is None else 206,
        media_type=media_type,
        headers=headers,
    )


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    """The file piece by piece, read beside the loop."""
    with await asyncio.to_thread(path.open, "rb") as file:
        await asyncio.to_thread(file.seek, start)
        left = end - start
        while left > 0:
            piece = await asyncio.to_thread(file.read, min(CHUNK, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
