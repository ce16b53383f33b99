"""What lies in the mailbox for returns: a letter that came back, a delay, a forgery, an absence note, and what harms nobody."""

from uuid import UUID, uuid4

import pytest

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.tokens import Signer
from lms.messaging.addresses import is_wrong
from lms.messaging.bounces import Bounces
from lms.messaging.models import LetterState, Verdict
from lms.messaging.return_path import ReturnPath
from lms.messaging.returns import judged
from lms.messaging.troubles import Trouble, read
from lms.settings import Settings
from tests.making import BOTH, FixedClock
from tests.messaging.mailing import MailServer, letter_of, put_in_outbox

PATH = ReturnPath("bounces@zdb.example", Signer(["a" * 32]))
NUMBER = UUID("5f0c0d52-95f3-4a6b-9c5a-0f3c2c7a1b11")


def report(
    to: str, *, status: str = "5.1.1", action: str = "failed", said: str = "550 5.1.1 unknown"
) -> bytes:
    """A notice as RFC 3464 has it."""
    return f"""From: MAILER-DAEMON@mx.example\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
It did not work.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; ada@example.com\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; {said}\r
\r
--b--\r
""".encode()


def forged() -> str:
    """The return path of a letter, with a token that somebody made up."""
    return PATH.of(NUMBER).rpartition("-")[0] + "-" + "a" * 16 + "@zdb.example"


def test_a_return_path_fits_into_an_envelope_and_names_its_letter_however_a_server_writes_it() -> None:
    address = PATH.of(NUMBER)

    assert len(address.rpartition("@")[0]) <= 64
    assert [PATH.letter_in(one) for one in (address, f"<{address.upper()}>", forged(), "bounces@zdb.example")] == [
        NUMBER, NUMBER, None, None,
    ]  # fmt: skip
    assert ReturnPath("bounces@zdb.example", Signer(["b" * 32, "a" * 32])).letter_in(address) == NUMBER
    assert ReturnPath("", Signer(["a" * 32])).of(NUMBER) == ""


@pytest.mark.parametrize(
    ("raw", "verdict", "trouble"),
    [
        (report(PATH.of(NUMBER)), Verdict.PERMANENT, Trouble.BOUNCED),
        (report(PATH.of(NUMBER), status="5.2.2", said="552 5.2.2 full"), Verdict.PERMANENT, Trouble.FULL),
        (report(PATH.of(NUMBER), status="5.7.1", said="550 5.7.1 spam"), Verdict.PERMANENT, Trouble.CONTENT),
        (report(PATH.of(NUMBER), status="4.4.1", action="delayed"), Verdict.TEMPORARY, Trouble.BUSY),
        (report(forged()), Verdict.STRANGE, Trouble.BOUNCED),
        (
            f"To: {PATH.of(NUMBER)}\r\nAuto-Submitted: auto-replied\r\nSubject: Urlaub\r\n\r\nIch bin weg: ada@example.com".encode(),
            Verdict.OTHER,
            Trouble.BOUNCED,
        ),
        (f"To: {PATH.of(NUMBER)}\r\n\r\nDanke!".encode(), Verdict.OTHER, Trouble.BOUNCED),
        (b"", Verdict.OTHER, Trouble.BOUNCED),
        (b"\x00\xff" * 5_000, Verdict.OTHER, Trouble.BOUNCED),
        (b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe", Verdict.OTHER, Trouble.BOUNCED),
        (
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(900)
            ),
            Verdict.OTHER,
            Trouble.BOUNCED,
        ),
    ],
)
def test_a_message_is_judged_by_what_it_proves(raw: bytes, verdict: Verdict, trouble: Trouble) -> None:
    found = judged(raw, PATH)

    assert (found.verdict, found.trouble) == (verdict, trouble)
    assert (found.letter_id == NUMBER) is (verdict in {Verdict.PERMANENT, Verdict.TEMPORARY})


@BOTH
async def test_a_letter_that_came_back_has_failed_once_however_often_the_notice_is_read(
    begin: Begin, jobs: Worker, mail_server: MailServer, settings: Settings, clock: FixedClock
) -> None:
    chosen = settings.model_copy(update={"bounce_address": "bounces@zdb.example"})
    bounces = Bounces(begin, clock, chosen)
    letter_id = await put_in_outbox(begin, to="Ada@example.com")
    await jobs.drain()
    raw = report(bounces.return_path.of(letter_id))

    for key in ("7/1", "7/1", "8/1"):  # read again, and after the mailbox was set up anew
        await bounces.note(key, judged(raw, bounces.return_path))
        letter = await letter_of(begin, letter_id)
        assert (letter.state, read(letter.error)) == (
            LetterState.FAILED,
            ("The letter came back: nobody can be reached at this address.", "smtp; 550 5.1.1 unknown"),
        )

    async with begin.reading() as session:
        assert await is_wrong(session, "ada@EXAMPLE.com")
    await bounces.note("9/1", judged(report(bounces.return_path.of(uuid4())), bounces.return_path))
