"""A worker that is killed (SIGKILL) at any moment loses no letter; what it sends twice is recognisable as the same."""

import asyncio
import random
from datetime import timedelta

from sqlalchemy import func, select

from lms.cli import serving
from lms.db import Begin
from lms.jobs import worker
from lms.kernel.clock import system_clock
from lms.messaging.mail import message_id
from lms.messaging.models import Letter, LetterState
from lms.messaging.outbox import post
from lms.settings import Settings
from tests.making import BOTH
from tests.messaging.mailing import MailServer, short_letter
from tests.processes import Say, running

pytestmark = BOTH
LETTERS, KILLS, PATIENCE = 60, 3, 180


def work(_say: Say, settings: Settings) -> None:
    """The very worker of the service, with a lease of two seconds instead of a minute."""
    worker.LEASE = timedelta(seconds=2)
    worker.RENEWAL_SECONDS = 1
    asyncio.run(serving.work(settings))


async def test_every_letter_arrives_and_what_arrives_twice_is_the_same_message(
    begin: Begin, settings: Settings, mail_server: MailServer
) -> None:
    async with begin() as session:
        for number in range(LETTERS):
            await post(session, short_letter(to=f"reader{number}@example.com"), at=system_clock())

    for kill in range(1, KILLS + 1):
        async with running(work, settings) as process:
            await _arrived(mail_server, kill * LETTERS // (KILLS + 2))
            await asyncio.sleep(random.random() / 20)
            assert process.is_alive()
    async with running(work, settings):
        async with asyncio.timeout(PATIENCE):
            while await _waiting(begin):  # noqa: ASYNC110 - another process brings them
                await asyncio.sleep(0.1)

    async with begin.reading() as session:
        letters = (await session.scalars(select(Letter))).all()
    assert {letter.state for letter in letters} == {LetterState.SENT}
    arrived: dict[str, set[bytes]] = {}
    for message in mail_server.arrived:
        arrived.setdefault(str(message["Message-ID"]), set()).add(bytes(message))
    assert arrived.keys() == {message_id(letter, sender=settings.mail_sender) for letter in letters}
    assert {len(versions) for versions in arrived.values()} == {1}


async def _arrived(mail_server: MailServer, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(mail_server.arrived) < number:  # noqa: ASYNC110 - another process brings them
            await asyncio.sleep(0.005)


async def _waiting(begin: Begin) -> int:
    async with begin.reading() as session:
        wanted = select(func.count()).select_from(Letter).where(Letter.state == LetterState.WAITING)
        return await session.scalar(wanted) or 0
