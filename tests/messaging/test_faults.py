"""Mail servers as they are: slow, away, suspicious, full, overrun. And what hurries overtakes what does not."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from lms.db import Begin
from lms.jobs.models import Job, Lane
from lms.jobs.worker import Away, Worker
from lms.messaging.answers import Failed, Later, recipient_refused
from lms.messaging.models import LetterState, WrongAddress
from lms.messaging.outbox import post
from lms.messaging.troubles import Trouble, read
from lms.messaging.ways import not_at_night
from tests.making import BOTH, MOMENT, FixedClock
from tests.messaging.mailing import MailServer, letter_of, put_in_outbox, short_letter


@BOTH
async def test_a_sign_in_code_overtakes_everything_and_news_let_everything_pass(
    begin: Begin, jobs: Worker, mail_server: MailServer
) -> None:
    async with begin() as session:
        for number in range(12):
            await post(session, short_letter(to=f"news{number}@example.com", is_bulk=True), at=MOMENT)
        await post(session, short_letter(to="usual@example.com"), at=MOMENT)
        offer = short_letter(to="offer@example.com", deadline=MOMENT + timedelta(hours=48))
        await post(session, offer, at=MOMENT)
        code = short_letter(to="code@example.com", about=("sign_in_code", uuid4()))
        await post(session, code, at=MOMENT)

    await jobs.drain()

    arrived = [str(message["To"].addresses[0].addr_spec).split("@")[0] for message in mail_server.arrived]
    assert (arrived[0], len(arrived)) == ("code", 15)
    assert {"offer", "usual"} <= set(arrived[1:8])  # six are under way at once


@BOTH
async def test_many_letters_go_over_few_connections(
    begin: Begin, jobs: Worker, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = _counted(monkeypatch)
    for number in range(20):
        await put_in_outbox(begin, to=f"reader{number}@example.com")

    await jobs.drain()

    assert len(mail_server.arrived) == 20
    assert len(connections) <= 8  # ten letters are claimed at a time, four lines at once, closed between


async def test_while_the_server_is_away_one_letter_is_tried_and_not_all(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    await mail_server.close()
    letters = [await put_in_outbox(begin, to=f"reader{number}@example.com") for number in range(30)]

    for _ in range(60):  # an hour
        await jobs.drain()
        clock.forward(minutes=1)

    tried = sum([(await letter_of(begin, letter)).attempts for letter in letters])
    assert 60 <= tried <= 62 * 6  # six hands at most, once a minute at most
    async with begin.reading() as session:
        assert set(await session.scalars(select(Job.attempts))) == {0}
    await mail_server.open()
    clock.forward(minutes=1)
    await jobs.drain()
    assert len(mail_server.arrived) == 30


async def test_a_lane_that_rests_holds_up_no_other(begin: Begin, clock: FixedClock) -> None:
    done: list[str] = []

    async def carry(payload: dict[str, Any]) -> None:
        if payload["lane"] == "mail":
            raise Away("the mail server is away")
        done.append(payload["lane"])

    working = Worker(begin=begin, clock=clock, listeners={}, tasks={"carry": carry})
    async with begin() as session:
        for lane in (Lane.MAIL, Lane.SHORT, Lane.WORK, Lane.EXPRESS):
            session.add(
                Job(
                    kind="task:carry",
                    payload={"lane": str(lane)},
                    created_at=MOMENT,
                    due_at=MOMENT,
                    lane=lane,
                )
            )

    await working.drain()

    assert done == ["express", "work", "short"]


@BOTH
async def test_whoever_is_greylisted_is_tried_again_soon_and_the_others_at_once(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    mail_server.answers["ada@example.com"] = "451 4.7.1 Greylisted"
    grey = await put_in_outbox(begin)
    other = await put_in_outbox(begin, to="ben@example.com")
    for _ in range(10):
        await jobs.drain()
        clock.forward(seconds=30)
    assert (await letter_of(begin, other)).state is LetterState.SENT

    mail_server.answers.clear()
    await jobs.drain()

    letter = await letter_of(begin, grey)
    assert (letter.state, letter.attempts) == (LetterState.SENT, 11)


async def test_a_full_mailbox_is_waited_for_two_days_and_no_wrong_address(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    mail_server.answers["ada@example.com"] = "552 5.2.2 mailbox full"
    letter_id = await put_in_outbox(begin)
    await jobs.drain()
    assert (await letter_of(begin, letter_id)).state is LetterState.WAITING

    clock.forward(hours=49)
    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert (letter.state, read(letter.error)[0]) == (
        LetterState.FAILED,
        "The mailbox of this person is full.",
    )
    async with begin.reading() as session:
        assert (await session.scalars(select(WrongAddress))).all() == []


async def test_a_line_that_breaks_in_the_middle_of_a_letter_loses_nothing(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[int] = []
    whole = SMTP.smtp_DATA

    async def hang_up(server: SMTP, arg: str) -> None:
        if broken:
            await whole(server, arg)
            return
        broken.append(1)
        await server.push("354 Go on")
        server.transport.abort()  # type: ignore[union-attr]

    monkeypatch.setattr(SMTP, "smtp_DATA", hang_up)
    letter_id = await put_in_outbox(begin)
    await jobs.drain()
    assert (await letter_of(begin, letter_id)).state is LetterState.WAITING

    clock.forward(seconds=10)
    await jobs.drain()

    assert (len(mail_server.arrived), (await letter_of(begin, letter_id)).state) == (1, LetterState.SENT)


async def test_a_wrong_password_is_said_in_words_and_costs_no_letter(
    begin: Begin, settings: Any, mail_server: MailServer, clock: FixedClock
) -> None:
    from lms.app import around, worker

    url = mail_server.url.replace("smtp://", "smtp://user:wrong@")
    house = around(settings.model_copy(update={"smtp_url": url}), clock)
    letter_id = await put_in_outbox(begin)

    await worker(house).drain()

    letter = await letter_of(begin, letter_id)
    assert letter.state is LetterState.WAITING
    assert read(letter.error)[0].startswith(
        "No safe connection to our mail server."
    )  # no password in the open
    await house.begin.close()


@BOTH
async def test_what_is_about_one_thing_arrives_in_the_order_it_was_written(
    begin: Begin, jobs: Worker, mail_server: MailServer, clock: FixedClock
) -> None:
    about = ("enrolment", uuid4())
    mail_server.answers["ada@example.com"] = "451 4.7.1 Greylisted"
    await put_in_outbox(begin, subject="Zugesagt", about=about)
    await jobs.drain()
    mail_server.answers.clear()
    async with begin() as session:
        await post(session, short_letter(subject="Abgesagt", about=about), at=MOMENT + timedelta(seconds=5))
    clock.forward(seconds=10)
    for _ in range(8):
        await jobs.drain()
        clock.forward(seconds=10)

    assert [str(message["Subject"]) for message in mail_server.arrived] == ["Zugesagt", "Abgesagt"]


@pytest.mark.parametrize(
    ("code", "said", "kind", "trouble"),
    [
        (550, "5.1.1 unknown", Failed, Trouble.REFUSED),
        (550, "5.7.1 policy", Failed, Trouble.REFUSED),
        (452, "4.2.2 over quota", Later, Trouble.FULL),
        (552, "full", Later, Trouble.FULL),
        (451, "try again", Later, Trouble.BUSY),
        (421, "closing", Later, Trouble.BUSY),
    ],
)
def test_an_answer_means_one_thing(code: int, said: str, kind: type, trouble: Trouble) -> None:
    found = recipient_refused(code, said)

    assert (type(found), found.trouble) == (kind, trouble)
    assert getattr(found, "is_wrong_address", False) is (said == "5.1.1 unknown")


def test_no_telephone_rings_at_night() -> None:
    night = MOMENT.replace(hour=22)  # 23:00 in Haldensleben

    assert not_at_night(MOMENT, (20, 8)) == MOMENT
    assert not_at_night(night, (20, 8)) == MOMENT.replace(hour=7) + timedelta(days=1)
    assert not_at_night(MOMENT.replace(hour=4), (20, 8)) == MOMENT.replace(hour=7)
    assert not_at_night(night, (0, 0)) == night


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made: list[int] = []
    usual: Callable[..., None] = SMTP.connection_made

    def count(server: SMTP, transport: asyncio.BaseTransport) -> None:
        made.append(1)
        usual(server, transport)

    monkeypatch.setattr(SMTP, "connection_made", count)
    return made
