"""Letters are carried by a real mail server, and none is lost while it is away."""

import asyncio
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.db import Begin
from lms.jobs.models import Job, JobState
from lms.jobs.worker import Worker
from lms.messaging.mail import message_id
from lms.messaging.models import Letter, LetterState
from lms.messaging.outbox import Enclosed, post
from lms.messaging.troubles import read
from lms.settings import Settings
from tests.making import BOTH, FixedClock
from tests.messaging.mailing import MailServer, letter_of, put_in_outbox, short_letter

pytestmark = BOTH


async def test_a_letter_arrives_as_text_and_html_with_what_travels_with_it(
    begin: Begin, jobs: Worker, mail_server: MailServer, settings: Settings, clock: FixedClock
) -> None:
    calendar = Enclosed(
        "termine.ics", "text/calendar; method=PUBLISH; charset=utf-8", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    )
    letter_id = await put_in_outbox(begin, subject="Ihr Platz – schön", enclosures=(calendar,))

    await jobs.drain()

    [message] = mail_server.arrived
    assert {
        name: str(message[name]) for name in ("From", "To", "Subject", "Auto-Submitted", "Content-Language")
    } == {
        "From": settings.mail_sender,
        "To": "Ada Lehmann <ada@example.com>",
        "Subject": "Ihr Platz – schön",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "de",
    }
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    [enclosed] = message.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_param("method")) == ("termine.ics", "PUBLISH")
    assert enclosed.get_payload(decode=True) == calendar.content
    letter = await letter_of(begin, letter_id)
    assert (letter.state, letter.sent_at, letter.error) == (LetterState.SENT, clock(), "")
    assert message["Message-ID"] == message_id(letter, sender=settings.mail_sender)


async def test_an_hour_without_a_mail_server_loses_nothing_and_disturbs_nobody(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock, client: AsyncTestClient[Litestar]
) -> None:
    await mail_server.close()
    letters = [await put_in_outbox(begin, to=f"reader{number}@example.com") for number in range(5)]
    for _ in range(12):
        await jobs.drain()
        clock.forward(minutes=5)
        assert (await client.get("/health/live")).status_code == 200
    assert {(await letter_of(begin, letter)).state for letter in letters} == {LetterState.WAITING}
    sentence, details = read((await letter_of(begin, letters[0])).error)
    assert (sentence, bool(details)) == ("The mail server could not be reached. We keep trying.", True)

    await mail_server.open()
    clock.forward(minutes=15)
    await jobs.drain()

    assert sorted(str(message["To"].addresses[0].addr_spec) for message in mail_server.arrived) == [
        f"reader{number}@example.com" for number in range(5)
    ]
    assert {(await letter_of(begin, letter)).state for letter in letters} == {LetterState.SENT}


async def test_a_server_that_is_away_for_three_days_still_gets_every_letter(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    await mail_server.close()
    letter_id = await put_in_outbox(begin)
    for _ in range(12):
        await jobs.drain()
        clock.forward(hours=6)
    await mail_server.open()

    await jobs.drain()

    assert len(mail_server.arrived) == 1
    assert (await letter_of(begin, letter_id)).state is LetterState.SENT


async def test_after_five_days_without_a_mail_server_staff_are_told(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    await mail_server.close()
    letter_id = await put_in_outbox(begin)
    clock.forward(days=5, minutes=1)

    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert letter.state is LetterState.FAILED
    assert (
        read(letter.error)[0] == "The mail server could not be reached for five days. We have stopped trying."
    )


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            "550 5.1.1 no such user",
            (LetterState.FAILED, "The receiving mail server does not know this address."),
        ),
        (
            "450 4.2.1 mailbox busy",
            (LetterState.WAITING, "The receiving mail server asks us to wait. We keep trying."),
        ),
    ],
)
async def test_a_refused_reader_fails_for_good_and_a_busy_one_is_tried_again(
    begin: Begin, jobs: Worker, mail_server: MailServer, answer: str, outcome: tuple[LetterState, str]
) -> None:
    mail_server.answers["ada@example.com"] = answer
    letter_id = await put_in_outbox(begin)
    other = await put_in_outbox(begin, to="ben@example.com")

    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert (letter.state, read(letter.error)) == (outcome[0], (outcome[1], answer))
    assert (await letter_of(begin, other)).state is LetterState.SENT


async def test_a_letter_whose_words_are_refused_fails_with_what_the_server_said(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    mail_server.data_answer = "554 5.7.1 looks like spam"
    letter_id = await put_in_outbox(begin)

    await jobs.drain()

    assert read((await letter_of(begin, letter_id)).error) == (
        "The mail server does not accept this letter.", "554 5.7.1 looks like spam",
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["not an address", "ada@", "@example.com", "ada@exa mple.com", "a@b.example\r\nBcc: x@y.example"],
)
async def test_what_is_no_address_is_never_offered_to_a_server(
    begin: Begin, jobs: Worker, mail_server: MailServer, address: str
) -> None:
    letter_id = await put_in_outbox(begin, to=address)

    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert (letter.state, mail_server.arrived) == (LetterState.FAILED, [])
    assert read(letter.error)[0] == "This is not a valid e-mail address."


async def test_a_letter_that_was_carried_is_not_carried_again(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    letter_id = await put_in_outbox(begin)
    await jobs.drain()

    await jobs.tasks["deliver-letter"]({"letter_id": str(letter_id)})

    assert len(mail_server.arrived) == 1


async def test_what_is_rolled_back_was_never_written(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    class Changed(Exception):
        pass

    async def half_a_story() -> None:
        async with begin() as session:
            await post(session, short_letter(), at=jobs.clock())
            raise Changed

    with pytest.raises(Changed):
        await half_a_story()
    await jobs.drain()

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Letter)) == 0
        assert (await session.scalars(select(Job))).all() == []
    assert mail_server.arrived == []


async def test_while_a_slow_server_thinks_nobody_waits_for_the_database(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    """The carrier holds no transaction: on SQLite there is but one pen."""
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> str:
        thinking.set()
        await go_on.wait()
        return "250 OK"

    mail_server.handle_DATA = slow  # type: ignore[assignment,method-assign]
    await put_in_outbox(begin)
    carrying = asyncio.create_task(jobs.drain())
    await thinking.wait()

    async with asyncio.timeout(2):
        await put_in_outbox(begin, to="")

    go_on.set()
    await carrying
    async with begin.reading() as session:
        done = await session.scalars(select(Job.state))
        assert done.all() == [JobState.DONE]


async def test_once_a_letter_is_carried_the_outbox_keeps_nothing_that_opens_anything(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    token = "abcdefghijklmnopqrstuvwxyz234567"
    address = f"http://127.0.0.1:8000/angebot/{uuid4()}/{token}"
    link = await put_in_outbox(begin, text=f"Hier: {address}", html=f'<a href="{address}">Hier</a>')
    code = await put_in_outbox(begin, text="Ihr Code: 123456", about=("sign_in_code", uuid4()))

    await jobs.drain()

    bodies = [message.get_body(("plain",)) for message in mail_server.arrived]
    said = sorted(str(body.get_content()).strip() for body in bodies if isinstance(body, EmailMessage))
    assert said == [f"Hier: {address}", "Ihr Code: 123456"]
    kept = await letter_of(begin, link)
    assert (token in kept.text + kept.html, kept.text) == (False, f"Hier: {address.replace(token, '…')}")
    assert ((await letter_of(begin, code)).text, (await letter_of(begin, code)).html) == ("", "")
