"""Answering "nothing has changed" before anything is read or rendered (RFC 9110, 13.1.2)."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.connection import Request
from litestar.response import Template

from lms.portal.programme import Edition
from lms.web.access import actor_of
from lms.web.language import current_language

PACKAGE = Path(__file__).parents[1]
SPEAKING = ("**/*.py", "**/templates/**/*.html", "locale/de/*.po", "web/static/css/*.css")
KEPT = {"cache-control": "private, no-cache", "vary": "Cookie, Accept-Encoding"}


def tag_of(request: Request[Any, Any, Any], edition: Edition) -> str:
    """The entity tag of an anonymous page; nothing for who is signed in, whose page is nobody else's business."""
    if actor_of(request).is_signed_in:
        return ""
    packed = "z" if "gzip" in request.headers.get("accept-encoding", "") else "p"
    return f'"{edition.mark}.{looks()}.{current_language()}{packed}"'


def is_known(request: Request[Any, Any, Any], tag: str) -> bool:
    """Whether the browser holds this very page."""
    given = request.headers.get("if-none-match")
    return bool(tag and given) and tag in (part.strip().removeprefix("W/") for part in str(given).split(","))


def unchanged(tag: str) -> Response[None]:
    """304: the browser's copy is still true."""
    return Response(None, status_code=304, headers=KEPT | {"etag": tag})


def marked(template: Template, tag: str) -> Template:
    """The page with its tag, to be asked for again each time and kept by nobody but this browser."""
    if tag:
        template.headers = {**template.headers, **KEPT, "etag": tag}
    return template


@cache
def looks() -> str:
    """Stands for everything of ours that a page is made of, so that a new release is a new page."""
    digest = sha256()
    for file in _files():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _files() -> Iterator[Path]:
    for pattern in SPEAKING:
        yield from sorted(PACKAGE.glob(pattern))
