"""The counter's pages: everything typed is kept, cash with a receipt, the till, calls, answers to offers, ways of telling."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.billing.models import CashReceipt, TillCount
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import CallState, Channel, PhoneCall
from lms.people.models import Person
from lms.web.module import Around
from tests.making import FixedClock, make_person
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in

COUNTER, TILL, CALLS = "/verwaltung/theke", "/verwaltung/kasse", "/verwaltung/anrufliste"
CALLER = {
    "person": "neu",
    "given_name": "Käthe",
    "family_name": "=Schröder",
    "phone": "03904 55 66 77",
    "street": "Lange Straße 3",
    "postal_code": "39340",
    "city": "Haldensleben",
    "payment": "cash-now",
}


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT)
    return await open_office(house)


async def test_searching_on_the_way_loses_nothing_and_the_only_course_is_chosen_already(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(price_cents=4500, concession_cents=3000)
    known = make_person(
        "Jürgen", "Groß", matching="juergen gross", phone="+493904112233", note="hört schlecht"
    )
    async with begin() as session:
        session.add(known)

    typed = CALLER | {"tun": "suchen", "q": "Groß", "lauf": run.number.lower()}
    page = await send(client, COUNTER, typed)
    unchosen = await send(client, COUNTER, {"tun": "anmelden", "q": "x", "given_name": "Käthe"})
    beside = words_of_part((await send(client, f"{COUNTER}/bekannt", {"person": str(known.id)})).text)

    assert page.status_code == 200
    assert 'value="Käthe"' in page.text
    assert re.search(rf'value="{run.id}" checked', page.text)
    words = words_of(page.text)
    assert (
        "noch 12 Plätze frei nächster Termin Di, 08.12.2026, 10:00 Uhr · 45,00 Euro · ermäßigt 30,00 Euro"
        in words
    )
    assert "Groß, Jürgen" in words
    assert unchosen.status_code == 422
    assert "Wählen Sie den Kurs." in words_of(unchosen.text)
    assert "Wählen Sie die Person oder „Neue Person“." in words_of(unchosen.text)
    assert 'value="Käthe"' in unchosen.text
    assert "hört schlecht" in beside
    assert "Zurzeit kein Kurs." in beside


def words_of_part(part: str) -> str:
    """What a piece of a page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


async def test_cash_is_taken_with_change_and_receipt_and_shown_in_the_till(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(price_cents=4500)
    answer = await send(client, COUNTER, CALLER | {"tun": "anmelden", "kurs": str(run.id), "key": "k"})
    done = answer.headers["location"]
    here = done.partition("?")[0]
    cash = {"amount": "45,00", "given": "50", "key": "one form"}

    too_much = await send(client, f"{here}/bargeld", cash | {"amount": "46", "key": "other"})
    too_little = await send(client, f"{here}/bargeld", cash | {"given": "40", "key": "other"})
    for _ in range(2):
        await send(client, f"{here}/bargeld", cash)
    page = words_of((await client.get(here)).text)

    assert (too_much.status_code, too_little.status_code) == (422, 422)
    assert "Geben Sie ein, was Sie bekommen haben." in words_of(too_little.text)
    assert "Quittung KQ-2026-00001: 45,00 Euro bar erhalten Gegeben 50,00 Euro, Rückgeld 5,00 Euro." in page
    assert "Bargeld erhalten" not in page
    async with begin.reading() as session:
        receipt = (await session.scalars(select(CashReceipt))).one()
        assert (await session.scalars(select(Enrolment.way))).one() is EntryWay.COUNTER
    pdf = await client.get(f"{TILL}/{receipt.id}/quittung.pdf")
    assert pdf.content.startswith(b"%PDF")

    counting = {"counted": "40,00", "note": "5 Euro fehlen", "key": "8f5e3c2a-1111-4222-8333-444455556666"}
    assert (await send(client, TILL, {"counted": ""})).status_code == 422
    for _ in range(2):
        await send(client, TILL, counting)
    till = words_of((await client.get(TILL)).text)
    table = await client.get(f"{TILL}/kasse.csv")

    assert "1 Quittung: 45,00 Euro" in till
    assert "gezählt 40,00 Euro, gebucht 45,00 Euro (5 Euro fehlen) Differenz -5,00 Euro" in till.replace(
        "−", "-"
    )
    assert "KQ-2026-00001;04.12.2026;09:00;Käthe =Schröder;" in table.text
    async with begin.reading() as session:
        assert len((await session.scalars(select(TillCount))).all()) == 1

    asked = words_of((await client.get(f"{TILL}/{receipt.id}/storno")).text)
    bare = await send(client, f"{TILL}/{receipt.id}/storno", {"reason": ""})
    reversal = await send(client, f"{TILL}/{receipt.id}/storno", {"reason": "vertippt"})
    shown = words_of((await client.get(reversal.headers["location"])).text)

    assert "45,00 Euro werden aus der Kasse zurückgezahlt." in asked
    assert bare.status_code == 422
    assert "Storno KQ-2026-00002" in shown
    assert "Storniert Quittung KQ-2026-00001." in shown
    clock.forward(days=1)
    await sign_in(client, begin, Identity.PROGRAMME, at=clock())
    paths = (TILL, f"{TILL}/{receipt.id}", f"{TILL}/kasse.csv", COUNTER, here, CALLS)
    assert [(await client.get(path)).status_code for path in paths] == [403] * 6


async def test_a_caller_is_told_by_telephone_and_takes_the_place_on_the_line(
    client: Browser, office: Office, begin: Begin, jobs: Worker, house: Around, clock: FixedClock
) -> None:
    run = await office.run(first_day=(clock() + timedelta(days=60)).date(), capacity=1)
    first = await office.enrol(run, "Ada", "Lehmann")
    await send(
        client, COUNTER, CALLER | {"tun": "anmelden", "kurs": str(run.id), "channel": "phone", "key": "k"}
    )
    await Enrolments(house).cancel(TEAM, enrolment_id=first.enrolments[0].id)
    await jobs.drain()
    async with begin.reading() as session:
        person = (await session.scalars(select(Person).where(Person.channel == Channel.PHONE))).one()
        offered = (await session.scalars(select(Enrolment).where(Enrolment.person_id == person.id))).one()
    here, answer = f"{CALLS}/{person.id}", f"/verwaltung/anmeldungen/{offered.id}/angebot"

    listed = words_of((await client.get(CALLS)).text)
    desk = words_of((await client.get("/verwaltung")).text)
    early = await send(client, f"{here}/ergebnis", {"outcome": "reached", "calls": []})
    taken = await send(client, here)
    page = await client.get(taken.headers["location"])
    asked = words_of((await client.get(answer)).text)
    blank = await send(client, answer, {})
    accepted = await send(client, answer, {"answer": "ja"})

    assert "03904 556677" in listed
    assert "Antwort nötig bis Fr, 11.12.2026" in listed
    assert "Eine Person soll angerufen werden" in desk
    assert early.status_code == 422
    assert f'href="{answer}"' in page.text
    assert "/angebot/" not in words_of(page.text)  # no link is read out
    assert "Das Angebot gilt bis" in asked
    assert (blank.status_code, accepted.headers["location"]) == (
        422, f"/verwaltung/anmeldungen/{offered.id}?nachricht=angebot-angenommen",
    )  # fmt: skip
    assert (await client.get(answer)).status_code == 404
    async with begin.reading() as session:
        calls = (await session.scalars(select(PhoneCall))).all()
        assert (await session.get_one(Enrolment, offered.id)).state is EnrolmentState.CONFIRMED
    ticked = await send(
        client, f"{here}/ergebnis", {"outcome": "reached", "calls": [str(one.id) for one in calls]}
    )
    assert ticked.headers["location"] == f"{CALLS}?nachricht=erreicht"
    async with begin.reading() as session:
        assert {one.state for one in await session.scalars(select(PhoneCall))} == {CallState.REACHED}


async def test_ways_of_telling_are_chosen_where_they_can_be_gone(
    client: Browser, office: Office, begin: Begin
) -> None:
    person = make_person("Käthe", "Schröder", email=None, phone=None)
    async with begin() as session:
        session.add(person)
    path = f"/verwaltung/personen/{person.id}/bearbeiten"
    form = {"given_name": "Käthe", "family_name": "Schröder", "language": "de", "version": "1"}

    page = (await client.get(path)).text
    no_number = await send(client, path, form | {"channel": "phone"})
    no_gateway = await send(client, path, form | {"channel": "sms", "phone": "0151 12345678"})
    done = await send(client, path, form | {"channel": "phone", "phone": "03904 112233"})

    assert 'value="phone"' in page
    assert 'value="sms"' not in page
    assert "Geben Sie die Telefonnummer ein, die wir anrufen." in words_of(no_number.text)
    assert (no_gateway.status_code, done.status_code) == (422, 303)
    assert "Benachrichtigung am Telefon" in words_of(
        (await client.get(f"/verwaltung/personen/{person.id}")).text
    )


async def test_the_counter_costs_as_many_statements_for_many_as_for_one(
    client: Browser, office: Office
) -> None:
    run = await office.run(capacity=9)
    await office.enrol(run, "Ada", "Lehmann")
    asked = {"tun": "suchen", "q": "Lehmann", "lauf": "tablet"}
    with counted() as few:
        await send(client, COUNTER, asked)
    for name in ("Ben", "Cem", "Dora"):
        await office.enrol(run, name, "Lehmann")
    await office.run(sessions=1, at=run.starts_at.time().replace(hour=16), publish=True)  # type: ignore[union-attr]

    with counted() as many:
        await send(client, COUNTER, asked)

    assert len(many) <= len(few)  # the only run that fits is shown with what it asks
