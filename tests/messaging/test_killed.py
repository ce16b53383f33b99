"""A worker that is killed (SIGKILL) at any moment loses no letter; what it sends twice is recognisable as the same."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from lms.db import Begin
from lms.kernel.clock import system_clock
from lms.messaging.mail import message_id
from lms.messaging.models import Letter, LetterState
from lms.messaging.outbox import post
from lms.settings import Settings
from tests.making import BOTH
from tests.messaging.mailing import MailServer, short_letter

pytestmark = BOTH
ROOT = Path(__file__).parents[2]
LETTERS, KILLS, PATIENCE = 60, 3, 180

# The very worker of the service, with a lease of two seconds instead of a minute
WORKER = """
import asyncio
from datetime import timedelta
from lms.cli.serving import work
from lms.jobs import worker
from lms.settings import settings
worker.LEASE = timedelta(seconds=2)
worker.RENEWAL_SECONDS = 0.5
asyncio.run(work(settings()))
"""


@asynccontextmanager
async def worker_process(settings: Settings) -> AsyncIterator[None]:
    """The service's worker in a process of its own; killed when the block ends."""
    surroundings = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "LMS_DEMO": "1",
        "LMS_SMTP_URL": settings.smtp_url,
        "LMS_FILES": str(settings.files),
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-c",
        WORKER,
        cwd=ROOT,
        env=surroundings,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
        assert started.returncode is None
    finally:
        if started.returncode is None:
            started.send_signal(signal.SIGKILL)
        await started.wait()


async def test_every_letter_arrives_and_what_arrives_twice_is_the_same_message(
    begin: Begin, settings: Settings, mail_server: MailServer
) -> None:
    async with begin() as session:
        for number in range(LETTERS):
            await post(session, short_letter(to=f"reader{number}@example.com"), at=system_clock())

    for kill in range(1, KILLS + 1):
        async with worker_process(settings):
            await _arrived(mail_server, kill * LETTERS // (KILLS + 2))
            await asyncio.sleep(random.random() / 20)
    async with worker_process(settings):
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
