"""A mail server in a process of its own that behaves as badly as real ones: `python -m bench.post_office PORT BOOK`.

It writes a line of JSON for every letter it took (what, to, message_id, at) into BOOK, and one for everything else it did into
BOOK with the ending `.answers`. One in 25 readers is greylisted: asked to come back for the first `PATIENCE` seconds. One in
40 letters loses its connection in the middle, once. Nobody whose mailbox begins with "unknown" is known here. More than
`MOST` connections at once are refused with 421.
"""

import asyncio
import json
import logging
import sys
import time
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path
from typing import Any
from zlib import crc32

from aiosmtpd.smtp import SMTP, Envelope, Session

GREY_EVERY, DROP_EVERY, PATIENCE, MOST = 25, 40, 20.0, 5


class PostOffice:
    """What aiosmtpd asks: whether somebody is known here, and to take a letter."""

    def __init__(self, book: Path) -> None:
        self.book = book.open("a", buffering=1)
        self.answers = book.with_suffix(".answers").open("a", buffering=1)
        self.first_seen: dict[str, float] = {}
        self.dropped: set[str] = set()
        self.connections = 0

    def note(self, what: str, to: str = "") -> None:
        self.answers.write(json.dumps({"what": what, "to": to}) + "\n")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("unknown"):
            self.note("unknown", address)
            return "550 5.1.1 No such user here"
        is_grey = address.startswith("reader") and not crc32(address.encode()) % GREY_EVERY
        if is_grey and time.time() - self.first_seen.setdefault(address, time.time()) < PATIENCE:
            self.note("grey", address)
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        head = BytesHeaderParser(policy=default).parsebytes(envelope.original_content or b"")
        line = {"to": envelope.rcpt_tos[0], "message_id": str(head["Message-ID"]), "at": time.time()}
        self.book.write(json.dumps(line) + "\n")
        return "250 OK"


class Moody(SMTP):
    """Hangs up on too many, and in the middle of some letters."""

    event_handler: PostOffice

    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        if self.event_handler.connections > MOST:
            self.event_handler.note("busy")
            transport.write(b"421 4.7.0 Too many connections\r\n")
            transport.close()
        else:
            self.event_handler.note("open")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections -= 1
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        to = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        office = self.event_handler
        if to.startswith("reader") and not crc32(to[::-1].encode()) % DROP_EVERY and to not in office.dropped:
            office.dropped.add(to)
            office.note("drop", to)
            await self.push("354 Go on")
            await self._reader.read(20)
            self._writer.transport.abort()
            return
        await super().smtp_DATA(arg)


async def serve(port: int, book: Path) -> None:
    """Take letters until killed."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    office, loop = PostOffice(book), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Moody(office, hostname="mx.bench", loop=loop), host="127.0.0.1", port=port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
