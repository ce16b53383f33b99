"""Carries letters over SMTP and short messages over their gateway: claims none, loses none, and talks with no transaction open."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.jobs.worker import Away, TryLater
from lms.kernel.clock import Clock
from lms.kernel.tokens import Signer
from lms.messaging.addresses import mark_wrong
from lms.messaging.answers import Failed, Later, OurServer
from lms.messaging.lines import Lines
from lms.messaging.mail import BadAddress, mail
from lms.messaging.models import Channel, Enclosure, Letter, LetterState
from lms.messaging.return_path import ReturnPath
from lms.messaging.secrets import MONEY, is_secret, kept_words
from lms.messaging.sms import Gateway, HttpGateway, SmsAway, SmsRefused
from lms.messaging.troubles import Trouble, noted
from lms.settings import Settings

PATIENCE = timedelta(days=5)
FULL_PATIENCE = timedelta(days=2)
SMS_PATIENCE = timedelta(days=1)
"""A short message is for what hurries: after a day on the way the letter is printed instead."""
QUICK_TRIES = 20
SELDOM = timedelta(minutes=15)
IN_TURN = timedelta(seconds=20)


class Carrier:
    """Brings one letter to the mail server or the gateway. Raises TryLater while that is away or says "not now".

    A letter that nobody will ever take is marked failed, with the reason, for staff to see. A short message that cannot be
    delivered becomes a letter on paper, where we know the postal address.
    """

    def __init__(self, begin: Begin, clock: Clock, settings: Settings) -> None:
        self.begin = begin
        self.clock = clock
        self.settings = settings
        self.lines = Lines(
            settings.smtp_url,
            most=settings.smtp_connections,
            per_minute=settings.mails_per_minute,
            hostname=urlsplit(settings.public_url).hostname or "localhost",
        )
        self.return_path = ReturnPath(settings.bounce_address, Signer(settings.secret_values))
        self.gateway: Gateway | None = (
            HttpGateway(settings.sms_url, settings.sms_token.get_secret_value(), settings.sms_sender)
            if settings.sms_url
            else None
        )

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Deliver the letter named in the payload, unless that is done already."""
        letter_id = UUID(payload["letter_id"])
        letter, enclosures, is_in_turn = await self._fetch(letter_id)
        if letter is None or letter.state is not LetterState.WAITING:
            return
        if letter.channel is Channel.SMS:
            await self._send_short(letter)
            return
        if letter.channel is not Channel.EMAIL:
            return
        if not is_in_turn:
            raise TryLater("an earlier letter about the same has not gone yet", after=IN_TURN)
        await self._send(letter, enclosures)

    async def let_go(self) -> None:
        """Hang up: there is nothing to send."""
        await self.lines.hang_up()

    async def _fetch(self, letter_id: UUID) -> tuple[Letter | None, Sequence[Enclosure], bool]:
        """The letter, what travels with it, and whether it is its turn: what is about one thing arrives in the order it was written."""
        async with self.begin.reading() as session:
            letter = await session.get(Letter, letter_id)
            enclosures = (
                await session.scalars(
                    select(Enclosure).where(Enclosure.letter_id == letter_id).order_by(Enclosure.name)
                )
            ).all()
            has_earlier = letter is not None and await _has_earlier(session, letter)
        return letter, enclosures, not has_earlier

    async def _send(self, letter: Letter, enclosures: Sequence[Enclosure]) -> None:
        try:
            message = mail(letter, enclosures, sender=self.settings.mail_sender)
            await self.lines.send(
                self.return_path.of(letter.id) or message["From"].addresses[0].addr_spec,
                message["To"].addresses[0].addr_spec,
                message.as_bytes(),
                is_urgent=is_secret(letter.about_kind),
            )
        except BadAddress as error:
            await self._record(letter, LetterState.FAILED, noted(Trouble.ADDRESS, error))
        except Failed as refusal:
            await self._record(letter, LetterState.FAILED, noted(refusal.trouble, refusal))
            if refusal.is_wrong_address:
                await mark_wrong(self.begin, letter, str(refusal), at=self.clock())
        except OurServer as trouble:
            if not await self._is_given_up(letter, trouble.trouble, trouble):
                raise Away(str(trouble)) from trouble
        except Later as trouble:
            if not await self._is_given_up(letter, trouble.trouble, trouble):
                raise TryLater(str(trouble), after=self._when(letter, trouble)) from trouble
        else:
            await self._record(letter, LetterState.SENT, "")

    async def _is_given_up(self, letter: Letter, trouble: Trouble, said: Exception) -> bool:
        """Write down what is in the way; after days of trying the letter has failed."""
        age = self.clock() - letter.written_at
        if trouble is Trouble.FULL and age >= FULL_PATIENCE:
            await self._record(letter, LetterState.FAILED, noted(Trouble.FULL, said))
        elif age >= PATIENCE:
            await self._record(letter, LetterState.FAILED, noted(Trouble.GIVEN_UP, said))
        else:
            await self._record(letter, LetterState.WAITING, noted(trouble, said))
            return False
        return True

    @staticmethod
    def _when(letter: Letter, trouble: Later) -> timedelta | None:
        """Soon again at first, as greylisting asks for; whoever says "later" for an hour is asked seldom."""
        if trouble.after is None or letter.attempts < QUICK_TRIES:
            return trouble.after
        return max(trouble.after, SELDOM)

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


async def _has_earlier(session: AsyncSession, letter: Letter) -> bool:
    """Whether an earlier letter about the same thing to the same address is still on its way."""
    if letter.about_id is None or is_secret(letter.about_kind):
        return False
    earlier = exists().where(
        Letter.about_id == letter.about_id,
        Letter.to_address == letter.to_address,
        Letter.channel == Channel.EMAIL,
        Letter.state == LetterState.WAITING,
        Letter.written_at < letter.written_at,
    )
    return bool(await session.scalar(select(earlier)))


def has_address(letter: Letter) -> bool:
    """Whether a letter can go by post: more than the name is known."""
    return len(letter.postal_address.splitlines()) > 1
