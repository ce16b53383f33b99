"""Rooms and venues at the desk: facts, hours, closures, closing days, ways, equipment, finder, occupancy."""

import re
from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.booking.models import BookerGroup, Booking, BookingDate
from lms.db import Begin
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.resources.models import (
    ClosingDay,
    Closure,
    Equipment,
    OpeningTime,
    ReservationKind,
    Room,
    TravelTime,
    Venue,
)
from lms.resources.reserving import claim_room, reserve
from lms.web.module import Around
from tests.making import MOMENT, FixedClock, make_room, make_venue
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in

ROOMS = "/verwaltung/raeume"


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT, Identity.RESOURCES)
    return await open_office(house)


async def put(begin: Begin, *rows: object) -> None:
    async with begin() as session:
        session.add_all(rows)


async def all_of(begin: Begin, table: Any) -> list[Any]:
    async with begin.reading() as session:
        return list(await session.scalars(select(table)))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def room_form(page: str, **changed: Any) -> dict[str, Any]:
    return {
        "name": "Raum 1",
        "seats": "14",
        "step_free": "1",
        "setup_minutes": "30",
        "clearup_minutes": "15",
        "seen": hidden(page, "seen"),
        **changed,
    }


def day(name: str, value: datetime) -> dict[str, str]:
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


async def test_rooms_are_listed_by_venue_and_changed(client: Browser, office: Office, begin: Begin) -> None:
    await put(begin, Equipment(key="wlan", name_de="WLAN", name_en="Wi-Fi"))
    here = f"{ROOMS}/{office.room.id}"
    form = (await client.get(here)).text
    facts = {
        "equipment": "wlan",
        "is_bookable": "1",
        "release_after_minutes": "20",
        "hire_cents_per_hour": "12,50",
    }

    saved = await send(client, here, room_form(form, **facts))
    stale = await send(client, here, room_form(form, seats="20"))

    assert saved.headers["location"] == f"{here}/uebersicht?nachricht=gespeichert"
    assert stale.status_code == 409
    assert "Meine Fassung trotzdem speichern" in stale.text
    assert "Raum 1 14 ohne Stufen 30 und 15 Minuten" in words_of((await client.get(ROOMS)).text)
    overview = words_of((await client.get(f"{here}/uebersicht")).text)
    for words in (
        "Ausstattung WLAN",
        "Andere können ihn anfragen Ja",
        "nach 20 Minuten",
        "12,50 Euro je Stunde",
    ):
        assert words in overview


async def test_a_room_keeps_the_seats_that_planned_runs_need(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=12)
    here = f"{ROOMS}/{office.room.id}"

    answer = await send(client, here, room_form((await client.get(here)).text, seats="11"))

    assert answer.status_code == 409
    assert f"Kurs {run.number} hat 12 Plätze in diesem Raum." in words_of(answer.text)
    async with begin.reading() as session:
        assert (await session.get_one(Room, office.room.id)).seats == 14


async def test_a_venue_comes_new_changes_and_gets_another_room_once(
    client: Browser, office: Office, begin: Begin
) -> None:
    page = (await client.get(f"{ROOMS}/neuer-ort")).text
    new = {"name": "Rathaus", "district": "Altstadt", "new_id": hidden(page, "new_id")}
    for _ in range(2):
        assert (await send(client, f"{ROOMS}/neuer-ort", new)).status_code == 303
    venue = next(one for one in await all_of(begin, Venue) if one.name == "Rathaus")
    here = f"{ROOMS}/ort/{venue.id}"
    seen = hidden((await client.get(here)).text, "seen")
    changes = new | {
        "seen": seen,
        "federal_state": "BE",
        "contact_name": "Frau Nethe",
        "contact_phone": "03904 000-270",
        "key_note": "Haken 7",
    }
    changed = await send(client, here, changes)
    stale = await send(client, here, changes)
    key = hidden((await client.get(f"{here}/neuer-raum")).text, "new_id")
    for _ in range(2):
        saal = {"name": "Saal", "seats": "40", "setup_minutes": "0", "clearup_minutes": "0", "new_id": key}
        added = await send(client, f"{here}/neuer-raum", saal)

    assert (changed.status_code, stale.status_code, added.status_code) == (303, 409, 303)
    assert [one.name for one in await all_of(begin, Venue)].count("Rathaus") == 1
    listed = words_of((await client.get(ROOMS)).text)
    assert "Ansprechperson: Frau Nethe, 03904 000270 Schlüssel: Haken 7" in listed
    assert listed.count("Saal 40 mit Stufen") == 1
    wrong = await send(client, f"{ROOMS}/neuer-ort", {"name": "", "district": "x", "postal_code": "abc"})
    assert (wrong.status_code, "mit fünf Ziffern" in wrong.text) == (422, True)


HOURS = {f"closed{number}": "1" for number in range(7) if number != 1} | {
    "which": "own", "from1": "9", "to1": "12", "again1": "13:30", "until1": "18",
}  # fmt: skip


async def test_opening_hours_are_typed_as_people_write_them_and_stand_on_the_course_page(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(publish=True)
    here = f"{ROOMS}/ort/{office.venue.id}/zeiten"
    seen = hidden((await client.get(here)).text, "seen")

    saved = await send(client, here, HOURS | {"seen": seen})
    stale = await send(client, here, HOURS | {"seen": seen, "from1": "8"})

    assert saved.status_code == 303
    assert sorted((row.weekday, row.opens, row.closes) for row in await all_of(begin, OpeningTime)) == [
        (1, time(9), time(12)),
        (1, time(13, 30), time(18)),
    ]
    assert (stale.status_code, "Di 9–12 und 13:30–18 Uhr" in stale.text, 'value="8"' in stale.text) == (
        409,
        True,
        True,
    )
    assert (await all_of(begin, Venue))[0].opening_hours == "Di 9–12 und 13:30–18 Uhr"
    course = (await client.get(f"/kurse/{office.course.slug}?nummer={run.number}")).text
    assert "Geöffnet ist das Haus: Di 9–12 und 13:30–18 Uhr." in words_of(course)


HOURS_THAT_CANNOT_BE = [
    ({"closed0": ""}, "Montag: Geben Sie ein, von wann bis wann, oder kreuzen Sie „geschlossen“ an."),
    ({"from0": "9", "to0": "10"}, "Montag: entweder geschlossen oder mit Zeiten, nicht beides."),
    ({"from1": "13"}, "Dienstag: Das Ende liegt nach dem Beginn."),
    ({"until1": ""}, "Dienstag: Die zweite Zeit braucht beides, von und bis."),
    ({"again1": "11"}, "Dienstag: Die zweite Zeit beginnt nach dem Ende der ersten."),
    ({"from1": "neun"}, "Geben Sie eine Uhrzeit ein"),
    ({"which": ""}, "Wählen Sie, was gilt."),
    ({"closed1": "1", "from1": "", "to1": "", "again1": "", "until1": ""}, "An mindestens einem Tag muss"),
]


async def test_hours_that_cannot_be_are_refused_in_a_sentence_and_nothing_typed_is_lost(
    client: Browser, office: Office, begin: Begin
) -> None:
    here = f"{ROOMS}/{office.room.id}/zeiten"
    seen = hidden((await client.get(here)).text, "seen")

    for changed, sentence in HOURS_THAT_CANNOT_BE:
        answer = await send(client, here, HOURS | {"seen": seen} | changed)

        assert (answer.status_code, sentence in words_of(answer.text)) == (422, True), sentence
        for name, value in (HOURS | changed).items():
            if name.startswith(("from", "to", "again", "until")) and value:
                assert f'value="{value}"' in answer.text
    assert await all_of(begin, OpeningTime) == []


async def test_what_is_planned_outside_of_the_hours_is_shown_beside_them(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=1)
    await put(begin, OpeningTime(weekday=1, opens=time(12), closes=time(18), room_id=office.room.id))

    page = words_of((await client.get(f"{ROOMS}/{office.room.id}/zeiten")).text)

    assert "1 Belegung liegt außerhalb dieser Zeiten" in page
    assert f"Kurs {run.number}, {office.course.title_de}" in page


async def book(begin: Begin, office: Office, period: Period) -> Booking:
    group = BookerGroup(key="vereine", name_de="Vereine", name_en="Clubs")
    booking = Booking(
        reference="B-7", booker_id=office.trainer.id, group_id=group.id, title="Chorprobe", people=9, created_at=MOMENT
    )  # fmt: skip
    one = BookingDate(
        booking_id=booking.id, room_id=office.room.id, starts_at=period.start, ends_at=period.end
    )
    async with begin() as session:
        for row in (group, booking, one):
            session.add(row)
            await session.flush()
        await reserve(
            session, [claim_room(office.room, period)], kind=ReservationKind.BOOKING, purpose="Chor", cause_id=one.id
        )  # fmt: skip
    return booking


async def test_a_closure_names_what_is_planned_with_links_and_is_made_and_lifted(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    tuesday = datetime(2026, 12, 8, tzinfo=UTC).date()
    booking = await book(begin, office, Period(at_venue(tuesday, time(18)), at_venue(tuesday, time(19))))
    here = f"{ROOMS}/ort/{office.venue.id}/sperren"
    page = (await client.get(f"{here}?raum={office.room.id}")).text
    form = {"room": "alles", "new_id": hidden(page, "new_id"), "reason": "Renovierung"}

    planned = await send(client, here, form | day("first", datetime(2026, 12, 8, tzinfo=UTC)))
    free = (
        form
        | day("first", datetime(2026, 12, 9, tzinfo=UTC))
        | day("last", datetime(2026, 12, 10, tzinfo=UTC))
    )
    closed = [await send(client, here, free) for _ in range(2)]

    assert planned.status_code == 409
    assert f'href="/verwaltung/durchfuehrungen/{run.id}"' in planned.text
    assert f'href="/verwaltung/buchungen/{booking.id}"' in planned.text
    assert "Buchung B-7, Chorprobe : Raum 1, Dienstag, 8. Dezember 2026" in words_of(planned.text)
    assert [answer.status_code for answer in closed] == [303, 303]
    (closure,) = await all_of(begin, Closure)
    listed = words_of((await client.get(f"{ROOMS}/sperrungen")).text)
    assert "Mittwoch, 9. Dezember 2026 bis Donnerstag, 10. Dezember 2026, ganztägig Renovierung" in listed
    assert "Renovierung" in words_of((await client.get(f"{ROOMS}/{office.room.id}/uebersicht")).text)

    end = f"{ROOMS}/sperrungen/{closure.id}/aufheben"
    assert "zurückgenommen" in words_of((await client.get(end)).text)
    assert (await send(client, end)).status_code == 303
    assert await all_of(begin, Closure) == []


CLOSURES_THAT_CANNOT_BE = [
    ({"reason": ""}, "Geben Sie den Grund an."),
    ({"room": str(uuid4())}, "Wählen Sie eine der Antworten"),
    (day("last", datetime(2026, 12, 8, tzinfo=UTC)), "Der letzte Tag liegt nach dem ersten."),
    (day("last", datetime(2040, 12, 8, tzinfo=UTC)), "höchstens für fünf Jahre"),
    ({"begins": "18", "ends": "17"}, "Das Ende liegt nach dem Beginn."),
    (day("first", datetime(2026, 11, 1, tzinfo=UTC)), "Diese Zeit ist schon vorbei."),
    ({"first-day": "31", "first-month": "2"}, "Dieser Monat hat keinen 31. Tag"),
]


async def test_a_closure_that_cannot_be_is_refused_in_a_sentence(
    client: Browser, office: Office, begin: Begin
) -> None:
    form = {"room": "alles", "reason": "x"} | day("first", datetime(2026, 12, 9, tzinfo=UTC))

    for changed, sentence in CLOSURES_THAT_CANNOT_BE:
        answer = await send(client, f"{ROOMS}/ort/{office.venue.id}/sperren", form | changed)

        assert (answer.status_code, sentence in words_of(answer.text)) == (422, True), sentence
    assert await all_of(begin, Closure) == []


async def test_closing_days_stand_beside_the_holidays_of_the_chosen_state(
    client: Browser, office: Office, begin: Begin
) -> None:
    here = f"{ROOMS}/schliesstage"
    outing = {"name": "Betriebsausflug", "holds": "zu"} | day("first", datetime(2027, 6, 9, tzinfo=UTC))

    assert (await send(client, here, outing)).headers["location"] == f"{here}?jahr=2027&nachricht=gespeichert"
    span = {"first": "2027-10-18", "last": "2027-10-23", "name": "Herbstferien"}
    assert (await send(client, f"{here}/trotzdem", span)).status_code == 303

    page = words_of((await client.get(f"{here}?jahr=2027")).text)
    assert "Mi, 09.06.2027 Betriebsausflug unser Schließtag" in page
    assert "Mo, 18.10.2027 bis Sa, 23.10.2027 Herbstferien Unterricht findet statt" in page
    assert "Sommerferien" in page
    assert "Schulferien fehlen" not in page
    assert "Frauentag" in words_of((await client.get(f"{here}?jahr=2027&land=BE")).text)

    assert (await send(client, f"{here}/entfernen", span)).status_code == 303
    assert [row.name for row in await all_of(begin, ClosingDay)] == ["Betriebsausflug"]
    assert (await send(client, f"{here}/entfernen", {"first": "gestern", "last": ""})).status_code == 422
    backwards = await send(client, here, outing | day("last", datetime(2027, 6, 1, tzinfo=UTC)))
    assert (backwards.status_code, 'value="Betriebsausflug"' in backwards.text) == (422, True)


async def test_a_school_year_whose_holidays_nobody_knows_is_said(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    clock.forward(days=365 * 3)
    await sign_in(client, begin, Identity.RESOURCES, at=clock())

    page = words_of((await client.get(f"{ROOMS}/schliesstage")).text)

    assert "Die Ferien des Schuljahrs 2030/31 sind hier für Sachsen-Anhalt noch nicht bekannt." in page


async def test_ways_are_one_table_and_somebody_slower_sees_both_numbers(
    client: Browser, office: Office, begin: Begin
) -> None:
    others = [make_venue("Althaldensleben"), make_venue("Wedringen")]
    await put(begin, *others)
    here = f"{ROOMS}/fahrzeiten"
    page = (await client.get(here)).text
    names = re.findall(r'name="(w-\w+-\w+)"', page)
    form = dict.fromkeys(names, "") | {"seen": hidden(page, "seen"), names[0]: "15"}

    saved = await send(client, here, form)
    stale = await send(client, here, form | {names[0]: "20", names[1]: "7"})
    wrong = await send(client, here, form | {names[0]: "zehn"})

    assert len(names) == 3
    assert saved.status_code == 303
    assert (stale.status_code, "Jetzt gespeichert: 15." in stale.text, 'value="20"' in stale.text) == (
        409,
        True,
        True,
    )
    assert (wrong.status_code, "Geben Sie eine ganze Zahl ein" in wrong.text) == (422, True)
    assert [row.minutes for row in await all_of(begin, TravelTime)] == [15]
    alone = (await client.get(f"{here}?ort={others[0].id}")).text
    assert len(re.findall(r'name="w-\w+-\w+"', alone)) == 2
    assert (await client.get(f"{here}?ort={uuid4()}")).status_code == 404


async def test_equipment_is_added_renamed_and_removed(client: Browser, office: Office, begin: Begin) -> None:
    here = f"{ROOMS}/ausstattung"
    new = {"name_de": "Beamer", "name_en": "Projector"}

    assert (await send(client, f"{here}/neu", new)).status_code == 303
    twice = await send(client, f"{here}/neu", new)
    (one,) = await all_of(begin, Equipment)
    form = {"name_de": "Projektor", "seen": hidden((await client.get(f"{here}/{one.id}")).text, "seen")}
    renamed = await send(client, f"{here}/{one.id}", form)
    stale = await send(client, f"{here}/{one.id}", form | {"name_de": "Bild"})
    async with begin() as session:
        (await session.get_one(Room, office.room.id)).equipment = ["beamer"]

    assert (twice.status_code, "steht schon in der Liste" in twice.text) == (409, True)
    assert (renamed.status_code, stale.status_code) == (303, 409)
    assert "Was jetzt gespeichert ist" in words_of(stale.text)
    assert "Projektor keine Angabe 1 Umbenennen" in words_of((await client.get(here)).text)
    assert "1 Raum hat sie und verliert sie." in words_of(
        (await client.get(f"{here}/{one.id}/entfernen")).text
    )
    assert (await send(client, f"{here}/{one.id}/entfernen")).status_code == 303
    assert "Noch keine Ausstattung." in words_of((await client.get(here)).text)


async def test_a_free_room_is_found_and_a_taken_one_says_by_what(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=1)
    await put(begin, make_room(office.venue, "Saal", seats=40), Equipment(key="wlan", name_de="WLAN"))
    asked = {"gesucht": "1", "begins": "10", "ends": "11", "seats": "10"} | day(
        "day", datetime(2026, 12, 8, tzinfo=UTC)
    )

    page = words_of((await client.get(f"{ROOMS}/finden", params=asked)).text)
    wrong = await client.get(f"{ROOMS}/finden", params=asked | {"ends": "9"})
    none = words_of((await client.get(f"{ROOMS}/finden", params=asked | {"equipment": "wlan"})).text)

    assert "1 Raum ist frei" in page
    assert page.index("Saal Innovationszentrum 40 frei") < page.index(
        f"Raum 1 Innovationszentrum 14 belegt Kurs {run.number}"
    )
    assert (wrong.status_code, "Das Ende liegt nach dem Beginn." in wrong.text) == (422, True)
    assert "Kein Raum hat das alles." in none
    assert "Räume finden" in words_of((await client.get(f"{ROOMS}/finden")).text)


async def test_occupancy_is_told_by_month_and_as_a_table_for_the_year(
    client: Browser, office: Office, begin: Begin
) -> None:
    await office.run(sessions=1)
    await put(begin, OpeningTime(weekday=1, opens=time(8), closes=time(18), venue_id=office.venue.id))
    async with begin() as session:
        (await session.get_one(Room, office.room.id)).name = "=Raum"

    page = words_of((await client.get(f"{ROOMS}/auslastung?monat=2026-12")).text)
    file = await client.get(f"{ROOMS}/auslastung/datei.csv?monat=2026-12")

    assert "Auslastung im Dezember 2026" in page
    assert "=Raum , Innovationszentrum 4 Prozent 2 Std. 0 Std. 0 Std. 50 Std." in page
    lines = file.content.decode("utf-8-sig").splitlines()
    assert file.headers["content-type"].startswith("text/csv")
    assert (len(lines), lines[12]) == (13, "12.2026;Innovationszentrum;'=Raum;2,0;0,0;0,0;50,0;4")
    assert (await client.get(f"{ROOMS}/auslastung?monat=9999-99")).status_code == 200


async def test_pages_cost_the_same_for_many_rooms_as_for_few(
    client: Browser, office: Office, begin: Begin
) -> None:
    await office.run(sessions=2)
    paths = [
        ROOMS,
        f"{ROOMS}/{office.room.id}/uebersicht",
        f"{ROOMS}/ort/{office.venue.id}/zeiten",
        f"{ROOMS}/sperrungen",
        f"{ROOMS}/ausstattung",
        f"{ROOMS}/fahrzeiten",
        f"{ROOMS}/auslastung",
        f"{ROOMS}/finden?gesucht=1&day-day=8&day-month=12&day-year=2026&begins=10&ends=11",
    ]

    async def costs() -> list[int]:
        found = []
        for path in paths:
            with counted() as statements:
                assert (await client.get(path)).status_code == 200, path
            found.append(len(statements))
        return found

    few = await costs()
    await office.run(first_day=datetime(2027, 1, 5, tzinfo=UTC).date(), sessions=5)
    houses = [make_venue(f"Haus {number}") for number in range(6)]
    await put(begin, *houses)
    await put(begin, *(make_room(one, f"Raum {number}") for one in houses for number in range(4)))

    assert await costs() == few


async def test_others_of_the_team_look_and_only_who_keeps_the_rooms_changes(
    client: Browser, office: Office, begin: Begin
) -> None:
    room = f"{ROOMS}/{office.room.id}"
    await sign_in(client, begin, Identity.PROGRAMME)

    looks = [ROOMS, f"{room}/uebersicht", *(f"{ROOMS}/{page}" for page in (
        "sperrungen", "schliesstage", "ausstattung", "finden", "auslastung",
    ))]  # fmt: skip
    changes = [room, f"{room}/zeiten", f"{room}/foto", f"{ROOMS}/neuer-ort", f"{ROOMS}/fahrzeiten"]
    assert [(await client.get(path)).status_code for path in looks] == [200] * len(looks)
    assert [(await client.get(path)).status_code for path in changes] == [403] * len(changes)
    assert [(await send(client, path, {})).status_code for path in changes] == [403] * len(changes)
    assert (await send(client, f"{ROOMS}/schliesstage", {})).status_code == 403
    assert "Sperrung aufheben" not in (await client.get(f"{ROOMS}/sperrungen")).text
