"""A real mail server that can be told to be away or to refuse, and short letters for it."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.db import Begin
from lms.messaging.models import Channel, Letter
from lms.messaging.outbox import Draft, Enclosed, post
from tests.making import MOMENT


class MailServer:
    """Listens on a port of its own. `answers` maps addresses to what it says to RCPT; `arrived` is what it took in."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.data_answer = "250 OK"
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mx.test", loop=loop), host="127.0.0.1", port=self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer.startswith("2"):
            message = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(message, EmailMessage)
            self.arrived.append(message)
        return self.data_answer


async def put_in_outbox(
    begin: Begin,
    *,
    key: str = "",
    to: str = "ada@example.com",
    enclosures: tuple[Enclosed, ...] = (),
    **given: Any,
) -> UUID:
    """A short letter, posted."""
    async with begin() as session:
        letter_id = await post(
            session, short_letter(key=key, to=to, **given), at=MOMENT, enclosures=enclosures
        )
    assert letter_id is not None
    return letter_id


def short_letter(*, key: str = "", to: str = "ada@example.com", **given: Any) -> Draft:
    usual: dict[str, Any] = {
        "key": key or uuid4().hex,
        "kind": "test",
        "person_id": None,
        "to_name": given.pop("name", "Ada Lehmann"),
        "to_address": to,
        "postal_address": "",
        "channel": Channel.EMAIL if to else Channel.POST,
        "language": "de",
        "subject": "Ihr Platz",
        "text": "Guten Tag,\n\nbis bald.\n",
        "html": '<html lang="de"><p>Guten Tag</p></html>',
    }
    return Draft(**usual | given)


async def letter_of(begin: Begin, letter_id: UUID) -> Letter:
    async with begin.reading() as session:
        return await session.get_one(Letter, letter_id)
