"""The demo's post office: every message that has really arrived, from the files the demo's mail server keeps."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.demo.smtp import mailbox
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.pagination import page_of, window

PATH = "/demo/postfach"
PAGE = 50
KEPT_HEADS = 5_000
_NAME = re.compile(r"[0-9a-f]{32}")
_LINK = re.compile(r"(https?://\S+)")
HEADERS_SHOWN = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language")

# The message is shown as its reader's programme would show it, and can do no more than that: no script, no form, no origin
SANDBOX = "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Head:
    """One line of the list."""

    name: str
    arrived_at: datetime
    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class Part:
    """Something enclosed."""

    number: int
    name: str
    media_type: str
    size: int


class Mailbox(Controller):
    """Only in the demo: what the made-up people would find in their letter boxes."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], around: NamedDependency[Around]) -> Template:
        """All messages, newest first; `?an=` for one reader."""
        reader = request.query_params.get("an", "").strip()
        number, size, offset = window(request.query_params.get("seite"), PAGE)
        heads = await asyncio.to_thread(_heads, mailbox(around.settings), reader.casefold())
        page = page_of(
            heads[offset : offset + size],
            number=number,
            size=size,
            total=len(heads),
            path=PATH,
            query=request.query_params.multi_items(),
        )
        return Template("demo/mailbox.html", context={"page": page, "reader": reader})

    @get("/{name:str}")
    async def message(self, name: FromPath[str], around: NamedDependency[Around]) -> Template:
        """One message: its text, what is enclosed, and its headers."""
        message = await _message(around, name)
        body = message.get_body(("plain",))
        text = str(body.get_content()) if isinstance(body, EmailMessage) else ""
        return Template(
            "demo/message.html",
            context={
                "name": name,
                "subject": str(message["Subject"]),
                "pieces": list(_pieces(text)),
                "has_html": message.get_body(("html",)) is not None,
                "parts": _parts(message),
                "headers": [(key, str(message[key])) for key in HEADERS_SHOWN if message[key]],
            },
        )

    @get("/{name:str}/html")
    async def html(self, name: FromPath[str], around: NamedDependency[Around]) -> Response[str]:
        """The message as HTML, locked in."""
        body = (await _message(around, name)).get_body(("html",))
        if not isinstance(body, EmailMessage):
            raise NotFound
        return Response(
            str(body.get_content()),
            media_type="text/html",
            headers={
                "content-security-policy": SANDBOX,
                "referrer-policy": "no-referrer",
                "cache-control": "no-store",
            },
        )

    @get("/{name:str}/anlage/{number:int}")
    async def enclosure(
        self, name: FromPath[str], number: FromPath[int], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """Something enclosed, to be saved."""
        enclosed = list((await _message(around, name)).iter_attachments())
        if not 0 <= number < len(enclosed):
            raise NotFound
        part = enclosed[number]
        stem = re.sub(r"[^\w.-]", "_", part.get_filename() or "anlage", flags=re.ASCII)
        return Response(
            _content(part),
            media_type="application/octet-stream",
            headers={
                "content-disposition": f'attachment; filename="{stem}"',
                "content-security-policy": "sandbox",
            },
        )


def _heads(folder: Path, reader: str) -> Sequence[Head]:
    files = sorted(((file.stat().st_mtime, file) for file in folder.glob("*.eml")), reverse=True)
    heads = (_head(file, moment) for moment, file in files)
    return [head for head in heads if reader in head.to.casefold()]


@lru_cache(maxsize=KEPT_HEADS)
def _head(file: Path, moment: float) -> Head:
    with file.open("rb") as content:
        headers = BytesHeaderParser(policy=default).parse(content)
    arrived_at = datetime.fromtimestamp(moment, UTC)
    return Head(file.stem, arrived_at, str(headers.get("To", "")), str(headers.get("Subject", "")))


async def _message(around: Around, name: str) -> EmailMessage:
    file = mailbox(around.settings) / f"{name}.eml"
    if not _NAME.fullmatch(name) or not await asyncio.to_thread(file.is_file):
        raise NotFound
    message = message_from_bytes(await asyncio.to_thread(file.read_bytes), policy=default)
    if not isinstance(message, EmailMessage):
        raise NotFound
    return message


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut into words and addresses: (piece, whether it is an address)."""
    for number, piece in enumerate(_LINK.split(text)):
        if piece:
            yield piece, number % 2 == 1


def _parts(message: EmailMessage) -> Sequence[Part]:
    return [
        Part(number, part.get_filename() or "", part.get_content_type(), len(_content(part)))
        for number, part in enumerate(message.iter_attachments())
    ]


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
