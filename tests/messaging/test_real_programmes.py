"""Letters by way of a real mail server, and back by way of a real mailbox."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr

from lms.app import around, worker
from lms.messaging.addresses import is_wrong, returns_of
from lms.messaging.bounces import Bounces
from lms.messaging.models import LetterState, Verdict
from lms.messaging.troubles import read
from lms.settings import Settings
from tests.making import FixedClock
from tests.messaging.mailing import MailServer, letter_of, put_in_outbox
from tests.messaging.real.programmes import dovecot, opensmtpd

BOUNCES = "bounces@zdb.example"
FORGED = """From: MAILER-DAEMON@evil.example
To: bounces+{number}-aaaaaaaaaaaaaaaa@zdb.example
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; evil.example

Final-Recipient: rfc822; ada@example.com
Action: failed
Status: 5.1.1

--b--
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that programmes which do not run as us can reach."""
    with TemporaryDirectory(prefix="lms-mail-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.skipif(
    os.getuid() != 0 or not Path("/usr/sbin/smtpd").exists(),
    reason="OpenSMTPD runs as root only, and only where it is the mail server of the machine",
)
async def test_what_a_real_server_takes_refuses_puts_off_and_sends_back_is_known_of_each_letter(
    settings: Settings, clock: FixedClock, mail_server: MailServer, folder: Path
) -> None:
    mail_server.answers["nobody@far.example"] = "550 5.1.1 No such user"
    (folder / "imap").mkdir()
    (folder / "smtp").mkdir()
    with (
        dovecot(folder / "imap") as (imap_url, inbox),
        opensmtpd(folder / "smtp", returns=inbox.parent, far=mail_server.port) as (smtp_url, arrived),
    ):
        house = around(
            settings.model_copy(
                update={
                    "smtp_url": smtp_url, "bounce_address": BOUNCES, "bounce_imap_url": SecretStr(imap_url),
                    "mail_sender": "Kurse <kurse@zdb.example>",
                }
            ),
            clock,
        )  # fmt: skip
        begin = house.begin
        ada, unknown, grey, far = [
            await put_in_outbox(begin, to=address)
            for address in (
                "ada@example.com",
                "unknown@example.com",
                "grey@example.com",
                "nobody@far.example",
            )
        ]

        await worker(house).drain()

        states = [(await letter_of(begin, one)).state for one in (ada, unknown, grey, far)]
        assert states == [LetterState.SENT, LetterState.FAILED, LetterState.WAITING, LetterState.SENT]
        await _soon(lambda: len(list(arrived.glob("*"))) == 1 and len(list(inbox.glob("*"))) == 1)
        (inbox / "forged").write_text(FORGED.format(number="a" * 26))
        (inbox / "person").write_text("From: ada@example.com\nTo: bounces@zdb.example\n\nDanke!\n")

        assert await Bounces(begin, clock, house.settings).read() == 3
        assert await Bounces(begin, clock, house.settings).read() == 0

        back = await letter_of(begin, far)
        async with begin.reading() as session:
            wrong = [
                await is_wrong(session, address) for address in ("nobody@far.example", "ada@example.com")
            ]
            [noted] = await returns_of(session, back)
        assert (back.state, read(back.error)[0]) == (
            LetterState.FAILED, "The letter came back: nobody can be reached at this address.",
        )  # fmt: skip
        assert (wrong, noted.verdict) == ([True, False], Verdict.PERMANENT)
        assert (await letter_of(begin, ada)).state is LetterState.SENT
        await begin.close()


async def _soon(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
