"""Persons and rooms at the desk: found, looked at, changed; somebody slower is told."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.resources.models import Room
from lms.web.module import Around
from tests.making import make_person
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT, Identity.RESOURCES)
    return await open_office(house)


@pytest.fixture
async def person(begin: Begin) -> Person:
    someone = make_person("Jürgen", "Groß", matching="juergen gross", phone="+493904112233")
    async with begin() as session:
        session.add(someone)
    return someone


def contact(**changed: Any) -> dict[str, Any]:
    return {
        "given_name": "Jürgen",
        "family_name": "Groß-Meyer",
        "phone": "03904 998877",
        "email": "",
        "channel": "post",
        "language": "de",
        "street": "Markt 1",
        "postal_code": "39340",
        "city": "Haldensleben",
        "version": "1",
        **changed,
    }


async def test_persons_are_found_however_the_name_is_spelt(
    client: Browser, office: Office, person: Person
) -> None:
    async def found(text: str) -> str:
        return words_of((await client.get("/verwaltung/personen", params={"q": text})).text)

    for text in ("groß", "GROSS jü", "juergen", "04 1122"):
        assert "Groß, Jürgen" in await found(text), text
    assert "0 Personen gefunden" in await found("Grossmann")


async def test_the_page_of_a_person_tells_contact_and_courses(client: Browser, office: Office) -> None:
    run = await office.run()
    placed = await office.enrol(run, "Ada", "Lehmann", phone="03904 1234")

    page = words_of((await client.get(f"/verwaltung/personen/{placed.enrolments[0].person_id}")).text)

    assert "ada.lehmann@example.com" in page
    assert f"{run.number} Das Tablet kennenlernen" in page
    assert "0 von 2 Terminen" in page


async def test_contact_details_change_once_and_the_trail_keeps_no_names(
    client: Browser, office: Office, begin: Begin, person: Person
) -> None:
    here = f"/verwaltung/personen/{person.id}"

    saved = await send(client, f"{here}/bearbeiten", contact())
    stale = await send(client, f"{here}/bearbeiten", contact(city="Süplingen"))

    assert saved.headers["location"] == f"{here}?nachricht=gespeichert"
    assert (stale.status_code, 'value="Süplingen"' in stale.text) == (409, True)
    async with begin.reading() as session:
        changed = await session.get_one(Person, person.id)
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "person.changed"))).one()
    assert (changed.matching, changed.channel, changed.email) == ("juergen gross meyer", Channel.POST, None)
    assert (entry.before, set(entry.after["changed"]) >= {"family_name", "city"}) == ({}, True)
    assert "Groß" not in str(entry.after)
    assert "Kontaktdaten geändert" in words_of((await client.get(here)).text)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"given_name": ""}, "Geben Sie den Vornamen ein."),
        ({"email": "kein"}, "Geben Sie eine E-Mail-Adresse ein"),
        ({"channel": ""}, "Wählen Sie, wie wir schreiben."),
    ],
)
async def test_a_wrong_detail_is_said_and_nothing_is_lost(
    client: Browser, office: Office, person: Person, changed: dict[str, str], sentence: str
) -> None:
    answer = await send(client, f"/verwaltung/personen/{person.id}/bearbeiten", contact(**changed))

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert 'value="Groß-Meyer"' in answer.text


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (None, 403, 403),
        (Identity.TRAINER, 403, 403),
        (Identity.PROGRAMME, 403, 403),
        (Identity.FINANCE, 200, 403),
        (Identity.ENROLMENT, 200, 200),
    ],
)
async def test_who_may_see_and_change_persons(
    client: Browser,
    office: Office,
    begin: Begin,
    person: Person,
    role: Identity | None,
    reads: int,
    writes: int,
) -> None:
    here = f"/verwaltung/personen/{person.id}"
    await sign_in(client, begin, *([role] if role else []))

    assert (await client.get("/verwaltung/personen")).status_code == reads
    assert (await client.get(here)).status_code == reads
    assert (await client.get(f"{here}/bearbeiten")).status_code == writes
    answer = await send(client, f"{here}/bearbeiten", contact(version="7"))
    assert answer.status_code == (409 if writes == 200 else 403)


def room_form(page: str, **changed: Any) -> dict[str, Any]:
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    return {
        "name": "Raum 1",
        "seats": "14",
        "step_free": "1",
        "setup_minutes": "30",
        "clearup_minutes": "15",
        "seen": seen[1],
        **changed,
    }


async def test_rooms_are_listed_by_venue_and_changed(client: Browser, office: Office, begin: Begin) -> None:
    here = f"/verwaltung/raeume/{office.room.id}"
    form = (await client.get(here)).text

    saved = await send(client, here, room_form(form))
    stale = await send(client, here, room_form(form, seats="20"))

    assert saved.headers["location"] == "/verwaltung/raeume?nachricht=gespeichert"
    assert stale.status_code == 409
    assert "Sitzplätze 14 20" in words_of(stale.text)
    again = await send(client, here, room_form(stale.text, seats="14"))
    assert (
        again.status_code == 303
    )  # sent once more it carries the mark of what is stored, so it is saved knowingly
    listed = words_of((await client.get("/verwaltung/raeume")).text)
    assert "Innovationszentrum" in listed
    assert "Raum 1 14 ohne Stufen 30 und 15 Minuten" in listed


async def test_a_room_keeps_the_seats_that_planned_runs_need(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=12)
    here = f"/verwaltung/raeume/{office.room.id}"

    answer = await send(client, here, room_form((await client.get(here)).text, seats="11"))

    assert answer.status_code == 409
    assert f"Kurs {run.number} hat 12 Plätze in diesem Raum." in words_of(answer.text)
    async with begin.reading() as session:
        assert (await session.get_one(Room, office.room.id)).seats == 14


async def test_a_venue_changes_and_gets_another_room(client: Browser, office: Office, begin: Begin) -> None:
    here = f"/verwaltung/raeume/ort/{office.venue.id}"
    form = room_form((await client.get(here)).text, name="Rathaus", district="Altstadt", phone="03904 1234")

    changed = await send(client, here, form)
    added = await send(
        client,
        f"{here}/neuer-raum",
        {"name": "Saal", "seats": "40", "setup_minutes": "0", "clearup_minutes": "0"},
    )

    assert (changed.status_code, added.status_code) == (303, 303)
    listed = words_of((await client.get("/verwaltung/raeume")).text)
    assert "Rathaus" in listed
    assert "Saal 40 mit Stufen" in listed


async def test_only_who_keeps_the_rooms_changes_them(client: Browser, office: Office, begin: Begin) -> None:
    here = f"/verwaltung/raeume/{office.room.id}"
    await sign_in(client, begin, Identity.ENROLMENT)

    assert (await client.get("/verwaltung/raeume")).status_code == 200
    assert (await client.get(here)).status_code == 403
    assert (await send(client, here, {})).status_code == 403
