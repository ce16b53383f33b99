"""U20: the same event reaches each reader by one way, nobody twice and nobody not at all."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import lms
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState, Offer
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.jobs.models import Job
from lms.jobs.queue import announce
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound
from lms.messaging.models import (
    CallOutcome,
    CallState,
    Channel,
    Letter,
    LetterState,
    PhoneAttempt,
    PhoneCall,
)
from lms.messaging.ways import call_until
from lms.people.models import Person
from lms.portal.letters.calls import BeingCalled, CallList, NotClaimed, call_list
from lms.scheduling.events import RunConfirmed
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import offered_run
from tests.making import BOTH, MOMENT, FixedClock, make_person, staff
from tests.messaging.gateway import SmsServer
from tests.messaging.mailing import put_in_outbox

TEAM, ANNA, BERND = staff(), staff(), staff()
LANDLINE, MOBILE = "+493904112233", "+4915112345678"
ADDRESS: dict[str, Any] = {"street": "Hagenstraße 1", "postal_code": "39340", "city": "Haldensleben"}
READERS: dict[Channel, dict[str, Any]] = {
    Channel.EMAIL: {"email": "eva@example.com"},
    Channel.POST: {"phone": LANDLINE},
    Channel.SMS: {"phone": MOBILE},
    Channel.PHONE: {"phone": LANDLINE},
}


@pytest.fixture
def settings(settings: Settings, sms_server: SmsServer) -> Settings:
    return settings.model_copy(update={"sms_url": f"http://127.0.0.1:{sms_server.port}/"})


def reader(channel: Channel, family_name: str = "Leser") -> NewPerson:
    return NewPerson(
        given_name=channel.value.title(),
        family_name=family_name,
        channel=channel,
        **ADDRESS | READERS[channel],
    )


async def letters(begin: Begin) -> Sequence[Letter]:
    async with begin.reading() as session:
        return (await session.scalars(select(Letter).order_by(Letter.written_at, Letter.key))).all()


async def orders_of(begin: Begin) -> dict[UUID, Counter[str]]:
    """What is under way for each letter: orders to carry it, and entries in the call list."""
    async with begin.reading() as session:
        found: dict[UUID, Counter[str]] = {
            one: Counter() for one in (await session.scalars(select(Letter.id))).all()
        }
        for job in await session.scalars(select(Job).where(Job.kind == "task:deliver-letter")):
            found[UUID(job.payload["letter_id"])]["carried"] += 1
        for call in await session.scalars(select(PhoneCall)):
            found[call.letter_id]["called"] += 1
    return found


@BOTH
async def test_every_reader_hears_of_every_event_by_exactly_one_way(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    enrolments = Enrolments(house)
    run = await offered_run(begin, capacity=4)
    full = await offered_run(begin, capacity=1)
    await enrolments.enrol(TEAM, run_id=full.id, persons=[reader(Channel.EMAIL, "Erste")])
    placed = [await enrolments.enrol(TEAM, run_id=run.id, persons=[reader(channel)]) for channel in Channel]
    for channel in Channel:
        await enrolments.enrol(TEAM, run_id=full.id, persons=[reader(channel, "Wartet")])
    await jobs.drain()
    for _ in range(3):  # told three times of the same: nothing is written twice
        async with begin() as session:
            announce(session, RunConfirmed(run_id=run.id), at=clock())
        await jobs.drain()
    for one in placed:
        await enrolments.cancel(TEAM, enrolment_id=one.enrolments[0].id)
    await jobs.drain()

    written, orders = await letters(begin), await orders_of(begin)
    assert {letter.kind for letter in written} >= {
        "place_confirmed", "put_on_waiting_list", "run_confirmed", "enrolment_cancelled",
    }  # fmt: skip
    told = Counter((letter.kind, letter.about_id) for letter in written)
    assert set(told.values()) == {1}
    expected = {
        Channel.EMAIL: {"carried": 1},
        Channel.SMS: {"carried": 1},
        Channel.PHONE: {"called": 1},
        Channel.POST: {},
    }
    for letter in written:
        assert orders[letter.id] == expected[letter.channel], letter.kind
        assert letter.to_name.split()[0].lower() == letter.channel
    for letter in written:
        if letter.channel is Channel.SMS:
            assert letter.to_address == MOBILE
            assert "/anmeldung/" in letter.short or letter.short.count("\n") == 1
            assert len(letter.short) < 400


def test_every_letter_of_the_house_goes_through_the_one_place_that_chooses_the_way() -> None:
    root = Path(lms.__file__).parent
    imports = re.compile(r"from lms\.messaging\.outbox import [^\n]*\bpost\b")
    posting = [
        str(file.relative_to(root))
        for file in sorted(root.rglob("*.py"))
        if imports.search(file.read_text(encoding="utf-8"))
    ]
    assert posting == ["web/letters.py"]


@BOTH
async def test_what_has_to_be_kept_is_never_told_by_telephone_or_short_message(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    run = await offered_run(begin, price_cents=4500, payment_methods=["invoice"])
    for channel in (Channel.SMS, Channel.PHONE):
        await Enrolments(house).enrol(
            TEAM, run_id=run.id, persons=[reader(channel)], payment_method=PaymentMethod.INVOICE
        )
    await jobs.drain()

    ways = {(letter.kind, letter.channel) for letter in await letters(begin)}
    assert ways == {("place_confirmed", Channel.POST), ("invoice", Channel.POST)}


@BOTH
async def test_an_offer_holds_longer_for_whoever_is_told_by_letter_or_telephone(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    enrolments = Enrolments(house)
    for channel, hours in ((Channel.EMAIL, 48), (Channel.SMS, 48), (Channel.POST, 168), (Channel.PHONE, 168)):
        run = await offered_run(begin, capacity=1)
        first = await enrolments.enrol(TEAM, run_id=run.id, persons=[reader(Channel.EMAIL, "Erste")])
        second = await enrolments.enrol(TEAM, run_id=run.id, persons=[reader(channel, "Zweite")])
        await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
        async with begin.reading() as session:
            offer = (await session.scalars(select(Offer).where(Offer.run_id == run.id))).one()
            waits = await session.get_one(type(second.enrolments[0]), second.enrolments[0].id)
        assert (offer.deadline, waits.held_until) == (MOMENT + timedelta(hours=hours),) * 2
        assert waits.state is EnrolmentState.OFFERED
    await jobs.drain()
    async with begin.reading() as session:
        [to_call] = [one for one in await call_list(session) if one.has_deadline]
    assert to_call.due_at == MOMENT + timedelta(hours=168)


def test_calls_are_tried_for_two_working_days() -> None:
    friday = MOMENT
    assert call_until(friday) == friday + timedelta(days=4)
    assert call_until(friday, friday + timedelta(hours=5)) == friday + timedelta(hours=5)


async def somebody_to_call(begin: Begin, *, matters: int = 2) -> Person:
    person = make_person("Käthe", "Schröder", email=None, phone=LANDLINE, channel=Channel.PHONE, **ADDRESS)
    async with begin() as session:
        session.add(person)
    for number in range(matters):
        await put_in_outbox(
            begin, to=LANDLINE, channel=Channel.PHONE, person_id=person.id, name=person.name,
            subject=f"Sache {number}", short="Der Kurs beginnt um zehn Uhr.",
        )  # fmt: skip
    return person


async def calls_of(begin: Begin) -> list[PhoneCall]:
    async with begin.reading() as session:
        return list(await session.scalars(select(PhoneCall).order_by(PhoneCall.made_at, PhoneCall.id)))


@BOTH
async def test_of_many_who_take_a_call_at_once_one_calls(house: Around, begin: Begin) -> None:
    person, calls = await somebody_to_call(begin), CallList(house)
    team = [staff() for _ in range(5)]

    async def take(actor: object) -> object:
        try:
            await calls.claim(actor, person_id=person.id)  # type: ignore[arg-type]
        except BeingCalled:
            return None
        return actor

    callers = [one for one in await asyncio.gather(*(take(actor) for actor in team)) if one]

    assert len(callers) == 1
    assert {call.claimed_by for call in await calls_of(begin)} == {callers[0].account_id}  # type: ignore[attr-defined]


@BOTH
async def test_a_call_is_ticked_off_by_whoever_took_it_and_once(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    person, calls = await somebody_to_call(begin), CallList(house)
    first, second = await calls_of(begin)
    tick: dict[str, Any] = {"person_id": person.id, "call_ids": [first.id], "outcome": CallOutcome.REACHED}
    with pytest.raises(NotClaimed):
        await calls.tick(ANNA, **tick)
    await calls.claim(ANNA, person_id=person.id)
    with pytest.raises(BeingCalled):
        await calls.tick(BERND, **tick)

    ticked = [await calls.tick(ANNA, **tick), await calls.tick(ANNA, **tick)]
    again = tick | {"call_ids": [second.id], "outcome": CallOutcome.NOT_REACHED, "note": "ruft zurück"}
    await calls.tick(ANNA, **again)
    await calls.claim(BERND, person_id=person.id)  # free again for the next try
    clock.forward(minutes=16)
    await calls.claim(ANNA, person_id=person.id)  # whoever forgets a call does not keep it

    assert ticked == [1, 0]
    async with begin.reading() as session:
        [listed] = await call_list(session)
        tried = [(one.by_name, one.outcome, one.note) for one in listed.matters[0].tries]
        heard = await session.get_one(Letter, first.letter_id)
    assert ([one.call.id for one in listed.matters], listed.tries) == ([second.id], 1)
    assert tried == [("Team", CallOutcome.NOT_REACHED, "ruft zurück")]
    assert heard.state is LetterState.SENT


@BOTH
async def test_whom_nobody_reached_in_time_gets_a_letter_and_nobody_is_told_twice(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    person, calls = await somebody_to_call(begin), CallList(house)
    clock.forward(days=3)
    await jobs.drain()
    assert {call.state for call in await calls_of(begin)} == {CallState.OPEN}
    clock.forward(days=1, minutes=1)
    await calls.claim(ANNA, person_id=person.id)
    first, _ = await calls_of(begin)

    # the clock strikes while Anna is on the telephone: what she has taken stays hers
    posted, _ = await asyncio.gather(
        calls.post_unreached(),
        calls.tick(ANNA, person_id=person.id, call_ids=[first.id], outcome=CallOutcome.REACHED),
    )
    await calls.release(ANNA, person_id=person.id)
    posted += await calls.post_unreached()

    assert posted == 1
    written = await letters(begin)
    assert sorted((letter.channel, letter.state) for letter in written) == [
        (Channel.PHONE, LetterState.SENT), (Channel.POST, LetterState.WAITING),
    ]  # fmt: skip
    assert next(one for one in written if one.channel is Channel.POST).postal_address.endswith("Haldensleben")
    async with begin.reading() as session:
        assert await session.scalar(select(PhoneAttempt.by_name).where(PhoneAttempt.by.is_(None))) == ""
    with pytest.raises(NotFound):
        await calls.claim(ANNA, person_id=person.id)
