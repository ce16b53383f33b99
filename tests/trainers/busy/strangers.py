"""Calendars as strangers serve them, and a server that plays tricks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{product}\r\n"
FIRST = datetime(2026, 12, 4, 8, tzinfo=UTC)
LAST = FIRST + timedelta(days=400)
Answer = Callable[[str, dict[str, str]], bytes]


def event(*lines: str, uid: str = "somebody's") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""])


def hour(day: str, *lines: str, uid: str = "somebody's") -> str:
    """An entry from ten to eleven UTC."""
    return event(f"DTSTART:{day}T100000Z", f"DTEND:{day}T110000Z", *lines, uid=uid)


def calendar(*parts: str, product: str = "-//strangers//EN") -> bytes:
    return (HEAD.format(product=product) + "".join(parts) + "END:VCALENDAR\r\n").encode()


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(say: Answer) -> AsyncIterator[str]:
    """A server on this machine: `say(path, headers)` gives the bytes of the answer. Yields host and port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        writer.write(say(head[0].split(" ")[1], headers))
        with suppress(ConnectionError):  # who has heard enough hangs up
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
