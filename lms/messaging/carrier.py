"""Carries letters over SMTP and short messages over their gateway: claims none, loses none, and talks with no transaction open."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from sqlalchemy import delete, select, update

from lms.db import Begin
from lms.jobs.worker import TryLater
from lms.kernel.clock import Clock
from lms.messaging.mail import BadAddress, mail
from lms.messaging.models import Channel, Enclosure, Letter, LetterState
from lms.messaging.secrets import MONEY, kept_words
from lms.messaging.sms import Gateway, HttpGateway, SmsAway, SmsRefused
from lms.messaging.troubles import Trouble, noted
from lms.settings import Settings

STEP_SECONDS = 10
WHOLE_SECONDS = 40
PATIENCE = timedelta(days=5)
SMS_PATIENCE = timedelta(days=1)
"""A short message is for what hurries: after a day on the way the letter is printed instead."""
PERMANENT = 500
STARTTLS = "smtp+starttls"


class Carrier:
    """Brings one letter to the mail server or the gateway. Raises TryLater while that is away or says "not now".

    A letter that nobody will ever take is marked failed, with the reason, for staff to see. A short message that cannot be
    delivered becomes a letter on paper, where we know the postal address.
    """

    def __init__(self, begin: Begin, clock: Clock, settings: Settings) -> None:
        self.begin = begin
        self.clock = clock
        self.settings = settings
        self.gateway: Gateway | None = (
            HttpGateway(settings.sms_url, settings.sms_token.get_secret_value(), settings.sms_sender)
            if settings.sms_url
            else None
        )

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Deliver the letter named in the payload, unless that is done already."""
        letter_id = UUID(payload["letter_id"])
        letter, enclosures = await self._fetch(letter_id)
        if letter is None or letter.state is not LetterState.WAITING:
            return
        if letter.channel is Channel.SMS:
            await self._send_short(letter)
            return
        if letter.channel is not Channel.EMAIL:
            return
        try:
            await self._send(letter, enclosures)
        except _Refused as refusal:
            await self._record(letter, LetterState.FAILED, str(refusal))
        except TryLater as trouble:
            if self.clock() - letter.written_at < PATIENCE:
                await self._record(letter, LetterState.WAITING, noted(Trouble.AWAY, trouble))
                raise
            await self._record(letter, LetterState.FAILED, noted(Trouble.GIVEN_UP, trouble))
        else:
            await self._record(letter, LetterState.SENT, "")

    async def _fetch(self, letter_id: UUID) -> tuple[Letter | None, Sequence[Enclosure]]:
        async with self.begin.reading() as session:
            letter = await session.get(Letter, letter_id)
            enclosures = (
                await session.scalars(
                    select(Enclosure).where(Enclosure.letter_id == letter_id).order_by(Enclosure.name)
                )
            ).all()
        return letter, enclosures

    async def _send(self, letter: Letter, enclosures: Sequence[Enclosure]) -> None:
        try:
            message = mail(letter, enclosures, sender=self.settings.mail_sender)
        except BadAddress as error:
            raise _Refused(noted(Trouble.ADDRESS, error)) from error
        if not self.settings.smtp_url:
            raise TryLater("no mail server is set")
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                await aiosmtplib.send(message, **server(self.settings.smtp_url))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            raise _judged(error) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise TryLater(f"{type(error).__name__}: {error}") from error

    async def _send_short(self, letter: Letter) -> None:
        try:
            if self.gateway is None:
                raise SmsRefused("no gateway is set")
            await self.gateway.send(message_id=str(letter.id), to=letter.to_address, text=letter.short)
        except SmsRefused as refusal:
            await self._print_instead(letter, noted(Trouble.NUMBER, refusal))
        except SmsAway as trouble:
            if self.clock() - letter.written_at < SMS_PATIENCE:
                await self._record(letter, LetterState.WAITING, noted(Trouble.AWAY, trouble))
                raise TryLater(str(trouble)) from trouble
            await self._print_instead(letter, noted(Trouble.NUMBER, trouble))
        else:
            await self._record(letter, LetterState.SENT, "")

    async def _print_instead(self, letter: Letter, error: str) -> None:
        """Nobody is left without the news: it goes on paper, or before the team's eyes where no address is known."""
        if not has_address(letter):
            await self._record(letter, LetterState.FAILED, error)
            return
        async with self.begin() as session:
            await session.execute(
                update(Letter)
                .where(Letter.id == letter.id, Letter.state == LetterState.WAITING)
                .values(channel=Channel.POST, error=error, attempts=Letter.attempts + 1)
            )

    async def _record(self, letter: Letter, state: LetterState, error: str) -> None:
        words = {} if state is LetterState.WAITING else kept_words(letter, was_sent=state is LetterState.SENT)
        async with self.begin() as session:
            await session.execute(
                update(Letter)
                .where(Letter.id == letter.id, Letter.state == LetterState.WAITING)
                .values(
                    state=state,
                    error=error,
                    attempts=Letter.attempts + 1,
                    sent_at=self.clock() if state is LetterState.SENT else None,
                    **words,
                )
            )
            if state is LetterState.SENT and letter.about_kind in MONEY:
                await session.execute(delete(Enclosure).where(Enclosure.letter_id == letter.id))


def has_address(letter: Letter) -> bool:
    """Whether a letter can go by post: more than the name is known."""
    return len(letter.postal_address.splitlines()) > 1


class _Refused(Exception):
    """Nobody will ever take this letter."""


def _judged(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError) -> Exception:
    """Whether a refusal is for good (5xx, RFC 5321, 4.2.1) or for now."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        refusal, trouble = error.recipients[0], Trouble.REFUSED
        code, answer = refusal.code, refusal.message
    else:
        code, answer, trouble = error.code, error.message, Trouble.CONTENT
    said = f"{code} {answer}"
    return _Refused(noted(trouble, said)) if code >= PERMANENT else TryLater(said)


def server(url: str) -> dict[str, Any]:
    """What aiosmtplib wants to know, from smtp://, smtp+starttls:// or smtps://user:password@host:port.

    smtp:// uses STARTTLS when the server offers it, and insists on it as soon as there is a password to protect.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", STARTTLS} or not parts.hostname:
        raise ValueError("the mail server's address starts with smtp://, smtp+starttls:// or smtps://")
    is_tls = parts.scheme == "smtps"
    insists = parts.scheme == STARTTLS or (parts.password is not None and not is_tls)
    return {
        "hostname": parts.hostname,
        "port": parts.port or {"smtps": 465, STARTTLS: 587}.get(parts.scheme, 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": True if insists else None,
        "timeout": STEP_SECONDS,
    }
