"""A real gateway for short messages that can be told to be away or to refuse."""

import asyncio
import json
from typing import Any


class SmsServer:
    """A gateway on a port of its own. `answers` are the statuses it gives, the last one for ever; `took` is what it was handed."""

    def __init__(self) -> None:
        self.took: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.answers = [202]
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def shown(self) -> dict[str, str]:
        """What the telephones show: each message once, by its id."""
        return {one["id"]: one["text"] for one in self.took}

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(fields["content-length"])))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.tokens.add(fields.get("authorization", ""))
        if status < 300:
            self.took.append(body)
        writer.write(f"HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
