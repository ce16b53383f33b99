"""The pages of rooms for others, over HTTP: finding, asking, deciding, the door and the doors for programs."""

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.accounts.models import ApiToken
from lms.booking.models import BookerGroup, Booking, BookingState, Tariff
from lms.db import Begin
from lms.kernel.clock import at_venue
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.resources.models import Equipment
from lms.web.module import Around
from tests.booking.hall import TUESDAY, Hall, open_hall
from tests.making import MOMENT, FixedClock
from tests.office import counted, words_of
from tests.visiting import Browser, assert_same_as_missing, make_account, send, sign_in

TIME: dict[str, str] = {
    "tag-day": "8",
    "tag-month": "12",
    "tag-year": "2026",
    "von": "18:00",
    "bis": "20 Uhr",
}
WHEN: dict[str, str] = TIME | {"wiederholung": "weekly", "anzahl": "3", "personen": "15"}
WHO: dict[str, str] = {
    "organisation": "Chor Harmonie", "title": "Chorprobe", "given_name": "Maria", "family_name": "Sänger",
    "email": "maria@example.com",
}  # fmt: skip


@pytest.fixture
async def hall(house: Around) -> Hall:
    return await open_hall(house)


async def test_the_finder_shows_all_rooms_then_the_free_ones_first(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    async with begin() as session:
        session.add(Equipment(key="beamer", name_de="Beamer", name_en="Projector"))
        (await session.get_one(type(hall.large), hall.large.id)).equipment = ["beamer"]
        (await session.get_one(type(hall.small), hall.small.id)).is_bookable = False
    await hall.take(hall.middle, TUESDAY)

    everything = await client.get("/raeume")
    at_a_time = await client.get("/raeume", params=TIME)
    equipped = await client.get("/en/raeume", params=TIME | {"ausstattung": "beamer", "plaetze": "30"})

    assert "2 Räume gefunden" in words_of(everything.text)
    assert "Clubraum" not in everything.text
    assert "1 Raum ist frei" in words_of(at_a_time.text)
    assert "Zu dieser Zeit nicht frei" in words_of(at_a_time.text)
    assert "Projector" in words_of(equipped.text)
    assert "Lesecafé" not in equipped.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"von": "18"}, "geben Sie Tag, Beginn und Ende ein"),
        (TIME | {"bis": "17"}, "Das Ende muss nach dem Beginn liegen"),
        (TIME | {"tag-year": "2020"}, "Diese Zeit ist schon vorbei"),
        (TIME | {"plaetze": "viele"}, "ganze Zahl"),
        (TIME | {"ausstattung": "gibtsnicht"}, "Wählen Sie eine der Antworten"),
    ],
)
async def test_a_search_that_makes_no_sense_says_what_to_do(
    hall: Hall, client: Browser, query: dict[str, str], sentence: str
) -> None:
    answer = await client.get("/raeume", params=query)

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)


async def test_the_week_of_a_room_names_nobody(hall: Hall, client: Browser) -> None:
    await hall.booked()
    await hall.ask(first_day=TUESDAY + timedelta(days=1))

    page = await client.get(f"/raeume/{hall.middle.id}?woche={TUESDAY}")

    words = words_of(page.text)
    assert "frei 08:00 bis 17:45 Uhr" in words
    assert "belegt 17:45 bis 20:15 Uhr" in words
    assert "angefragt 17:45 bis 20:15 Uhr" in words
    assert "Vereine 5,00 Euro" in words
    assert not any(secret in page.text for secret in ("Chorprobe", "Harmonie", "Maria"))


async def test_a_room_that_is_not_for_others_does_not_exist_for_them(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    async with begin() as session:
        (await session.get_one(type(hall.small), hall.small.id)).is_bookable = False

    for path in ("", "/anfragen"):
        await assert_same_as_missing(client, f"/raeume/{hall.small.id}{path}", f"/raeume/{uuid4()}{path}")
    assert (await client.get(f"/raeume/{hall.small.id}/bescheid", params=TIME)).status_code == 404


async def test_a_series_is_requested_with_one_date_left_out(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    await hall.take(hall.middle, TUESDAY + timedelta(days=7))
    path, group = f"/raeume/{hall.middle.id}/anfragen", {"group": str(hall.club.id)}

    first = await client.get(path, params=TIME)
    second = await send(client, path, WHEN | {"act": "wer"})
    check = await send(client, path, {**WHEN, **WHO, **group, "act": "pruefen"})
    chosen = {**WHEN, **WHO, **group, "wahl": "2026-12-15=-", "form_id": str(uuid4())}
    left_out = await send(client, path, chosen)
    too_early = await send(client, path, {**WHEN, **WHO, **group, "act": "senden", "form_id": str(uuid4())})
    sent = [await send(client, path, chosen | {"act": "senden"}) for _ in range(2)]
    booking = await client.get(sent[0].headers["location"])

    assert 'value="18:00"' in first.text
    assert "Wer braucht den Raum?" in words_of(second.text)
    assert "1 Termin ist nicht frei" in words_of(check.text)
    assert "Saal, Stadtbibliothek nehmen" in words_of(check.text)
    assert "20,00 Euro" in words_of(left_out.text)
    assert (too_early.status_code, "Es wurde noch nichts abgesendet" in words_of(too_early.text)) == (
        409,
        True,
    )
    assert {answer.headers["location"] for answer in sent} == {sent[0].headers["location"]}
    assert "Ihre Anfrage ist angekommen" in words_of(booking.text)
    assert "Sie haben diesen Termin ausgelassen." in words_of(booking.text)
    assert booking.headers["referrer-policy"] == "same-origin"
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bis": "17"}, "Das Ende muss nach dem Beginn liegen"),
        ({"bis": "0:30"}, "nicht über Mitternacht"),
        ({"anzahl": ""}, "Geben Sie an, wie oft, oder den letzten Tag."),
        ({"anzahl": "10000"}, "von 1 bis 100"),
        (
            {"anzahl": "", "letzter-day": "1", "letzter-month": "1", "letzter-year": "2140"},
            "höchstens 100 Termine",
        ),
        ({"personen": "21"}, "Wählen Sie einen größeren Raum"),
        ({"tag-year": "2020"}, "Diese Zeit ist schon vorbei"),
        ({"tag-month": "10", "tag-year": "2027"}, "bis zu 180 Tage im Voraus"),
        ({"von": "8", "bis": "15"}, "frei sind noch 6:00 Stunden"),
        ({"wiederholung": "listed", "tage": "morgen"}, "morgen ist kein Tag"),
        ({"email": ""}, "Eins von beiden genügt"),
        ({"email": "", "phone": "03904 12345"}, "Geben Sie Ihre Postanschrift ein"),
        ({"title": ""}, "wofür Sie den Raum brauchen"),
        ({"group": str(uuid4())}, "Wählen Sie eine der Antworten"),
    ],
)
async def test_a_request_that_cannot_be_keeps_what_was_typed(
    hall: Hall, client: Browser, given: dict[str, str], sentence: str
) -> None:
    fields = {**WHEN, **WHO, "group": str(hall.club.id), **given, "act": "pruefen"}

    answer = await send(client, f"/raeume/{hall.middle.id}/anfragen", fields)

    assert answer.status_code in {409, 422}
    assert sentence in words_of(answer.text)
    assert "Chor Harmonie" in answer.text


async def test_whoever_holds_the_link_drops_a_date_and_withdraws_the_rest(
    hall: Hall, client: Browser
) -> None:
    booking = await hall.booked(count=2)
    row = (await hall.dates(booking))[0]
    here = f"/buchung/{booking.id}/{hall.link_of(booking)}"

    asked = await client.get(f"{here}/termin/{row.id}/absagen")
    looked = await client.get(here)
    dropped = await send(client, f"{here}/termin/{row.id}/absagen", {"reason": "krank"})
    added = await send(client, f"{here}/termin/{row.id}/anfragen")
    withdrawn = await send(client, f"{here}/zurueckziehen")
    end = await client.get(here)

    assert "Diesen Termin absagen?" in words_of(asked.text)
    assert "genehmigt" in words_of(looked.text)
    assert {answer.status_code for answer in (dropped, added, withdrawn)} == {303}
    assert "zurückgezogen" in words_of(end.text)
    await assert_same_as_missing(client, f"/buchung/{booking.id}/falsch", f"/buchung/{uuid4()}/falsch")


async def test_the_team_decides_with_every_clash_before_its_eyes(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    booking = await hall.ask(count=2)
    await hall.take(hall.middle, TUESDAY)
    rows = await hall.dates(booking)
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"/verwaltung/buchungen/{booking.id}"

    desk = await client.get("/verwaltung")
    listed = await client.get("/verwaltung/buchungen?q=harmonie")
    page = await client.get(path)
    looked = (await hall.dates(booking))[0].state
    undecided = await send(client, path, {"act": "entscheiden", "version": "1"})
    choices = [f"{rows[0].id}={hall.large.id}", f"{rows[1].id}=-"]
    no_reason = await send(client, path, {"wahl": choices, "version": "1"})
    stale = await send(client, path, {"wahl": choices, "reason": "voll", "version": "7"})
    decided = await send(client, path, {"wahl": choices, "reason": "voll", "version": "1"})
    again = await send(client, path, {"act": "ablehnen", "reason": "doch nicht"})

    assert "1 Raumanfrage wartet auf eine Entscheidung" in words_of(desk.text)
    assert "Chorprobe" in words_of(listed.text)
    assert "Lesecafé, Stadtbibliothek ist belegt. Boden" in words_of(page.text)
    assert "stattdessen: Saal, Stadtbibliothek" in page.text
    assert looked == "requested"  # S-13: looking decides nothing
    assert (undecided.status_code, "Nicht alle Termine sind frei" in words_of(undecided.text)) == (409, True)
    assert (no_reason.status_code, "Nennen Sie den Grund" in words_of(no_reason.text)) == (422, True)
    assert (stale.status_code, "voll" in stale.text) == (409, True)
    assert decided.status_code == 303
    assert again.status_code == 409
    assert [(row.room_id, row.state) for row in await hall.dates(booking)] == [
        (hall.large.id, "approved"),
        (hall.middle.id, "declined"),
    ]


async def test_a_hundred_dates_are_decided_in_one_form(hall: Hall, client: Browser, begin: Begin) -> None:
    async with begin() as session:
        group = await session.get_one(BookerGroup, hall.club.id)
        group.days_ahead, group.hours_per_week = 1095, None
    booking = await hall.ask(count=100)
    rows = await hall.dates(booking)
    await sign_in(client, begin, Identity.RESOURCES)

    with counted() as statements:
        page = await client.get(f"/verwaltung/buchungen/{booking.id}")
    decided = await send(
        client, f"/verwaltung/buchungen/{booking.id}", {"wahl": [f"{row.id}={row.room_id}" for row in rows]}
    )

    assert page.text.count("<select") == 100
    assert len(statements) < 30
    assert decided.status_code == 303


async def test_the_team_changes_gives_up_and_checks_in(
    hall: Hall, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    booking = await hall.booked(count=3)
    rows = await hall.dates(booking)
    await sign_in(client, begin, Identity.RESOURCES)
    base = f"/verwaltung/buchungen/{booking.id}"
    change = TIME | {"room": str(hall.large.id), "von": "17", "bis": "19", "seen": "2"}

    form = await client.get(f"{base}/termin/{rows[0].id}")
    wrong = await send(client, f"{base}/termin/{rows[0].id}", change | {"bis": "16"})
    changed = await send(client, f"{base}/termin/{rows[0].id}", change)
    stale = await send(client, f"{base}/termin/{rows[0].id}", change | {"von": "16"})
    no_reason = await send(client, f"{base}/aufheben?termin={rows[1].id}")
    given_up = await send(client, f"{base}/aufheben?termin={rows[1].id}", {"reason": "Rohrbruch"})
    back = await send(client, f"{base}/termin/{rows[1].id}/buchen")
    early = await send(client, f"{base}/termin/{rows[0].id}/da")
    clock.moment = at_venue(TUESDAY, time(16, 45))
    await sign_in(client, begin, Identity.RESOURCES, at=clock.moment)
    there = await send(client, f"{base}/termin/{rows[0].id}/da")

    assert "Diesen Termin ändern" in words_of(form.text)
    assert [answer.status_code for answer in (wrong, changed, stale, no_reason, given_up, back, early, there)] == [
        422, 303, 409, 422, 303, 303, 409, 303
    ]  # fmt: skip
    assert [row.state for row in await hall.dates(booking)] == ["approved"] * 3


async def test_the_team_books_for_a_caller_at_once(hall: Hall, client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"/raeume/{hall.middle.id}/anfragen"
    fields = {**WHEN, **WHO, "group": str(hall.internal.id), "form_id": str(uuid4())}

    check = await send(client, path, fields)
    booked = await send(client, path, fields | {"act": "buchen"})

    assert "Sofort buchen" in words_of(check.text)
    assert booked.headers["location"].startswith("/verwaltung/buchungen/")
    async with begin.reading() as session:
        assert (await session.scalars(select(Booking.state))).one() is BookingState.APPROVED


async def test_groups_and_tariffs_are_kept_with_both_versions_in_view(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"/verwaltung/buchungen/gruppen/{hall.club.id}"
    page = await client.get(path)
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    fields = {
        "name_de": "Vereine",
        "name_en": "Clubs",
        "price": "6",
        "hours": "6",
        "days": "180",
        "seen": seen,
    }

    saved = await send(client, path, fields | {f"raum_{hall.large.id.hex}": "12,50"})
    stale = await send(client, path, fields | {"price": "7"})
    bad = await send(client, path, fields | {"price": "viel"})
    new = {"name_de": "Parteien", "price": "0", "days": "30", "seen": str(uuid4())}
    added = [await send(client, "/verwaltung/buchungen/gruppen/neu", new) for _ in range(2)]
    listed = await client.get("/verwaltung/buchungen/gruppen")

    assert [answer.status_code for answer in (saved, stale, bad, *added)] == [303, 409, 422, 303, 303]
    assert "Das ist jetzt gespeichert" in words_of(stale.text)
    assert "6,00 Euro" in words_of(stale.text)
    assert 'value="7"' in stale.text
    assert words_of(listed.text).count("Parteien") == 1
    async with begin.reading() as session:
        assert (await session.scalars(select(Tariff.cents_per_hour))).all() == [1250]


async def test_the_list_for_invoices_holds_frozen_prices_and_no_formulas(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    await hall.booked(organisation="=1+1")
    await sign_in(client, begin, Identity.FINANCE)

    answer = await client.get("/verwaltung/buchungen/abrechnung.csv?monat=2026-12")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(";'=1+1;Vereine;Lesecafé, Stadtbibliothek;08.12.2026;18:00;20:00;gebucht;10,00")


async def test_at_the_door_a_booking_number_says_that_somebody_is_there(
    hall: Hall, client: Browser, clock: FixedClock
) -> None:
    booking = await hall.booked()
    door = f"/raeume/{hall.middle.id}/da"

    page = await client.get(door)
    early = await send(client, door, {"reference": booking.reference})
    clock.moment = at_venue(TUESDAY, time(17, 50))
    there = await send(client, door, {"reference": booking.reference.lower()})

    assert "Sind Sie da?" in words_of(page.text)
    assert (early.status_code, booking.reference in early.text) == (409, True)
    assert "Der Raum gehört Ihnen bis 20:00 Uhr" in words_of(there.text)


async def test_a_wish_is_kept_and_taken_back(hall: Hall, client: Browser) -> None:
    await hall.booked()
    path = f"/raeume/{hall.middle.id}/bescheid"
    fields = {"given_name": "Anna", "family_name": "Wartet", "form_id": str(uuid4())}

    room = await client.get(f"/raeume/{hall.middle.id}", params=TIME)
    missing = await send(client, path, fields, params=TIME)
    kept = await send(client, path, fields | {"email": "anna@example.com"}, params=TIME)
    page = await client.get(kept.headers["location"])
    ended = await send(client, kept.headers["location"])
    free = await send(
        client,
        path,
        fields | {"email": "anna@example.com", "form_id": ""},
        params=TIME | {"von": "8", "bis": "9"},
    )

    assert "Bescheid geben, wenn frei" in words_of(room.text)
    assert (missing.status_code, 'value="Anna"' in missing.text) == (422, True)
    assert "Wir geben Ihnen Bescheid, wenn der Raum frei wird" in words_of(page.text)
    assert ended.status_code == 303
    assert free.headers["location"].startswith(f"/raeume/{hall.middle.id}?")


async def test_programs_find_request_and_decide(hall: Hall, client: Browser, begin: Begin) -> None:
    account = await make_account(begin, Identity.RESOURCES, totp_secret="sealed")
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id, hash=hashed("lms_raum"), name="Räume", created_at=MOMENT,
                scopes="R:room-booking approve:room-booking", expires_at=MOMENT + timedelta(days=1),
            )
        )  # fmt: skip
    staff = {"authorization": "Bearer lms_raum"}
    body: dict[str, Any] = {
        "room_id": str(hall.middle.id), "group_id": str(hall.club.id), "people": 15, "title": "Probe",
        "series": {"first_day": "2026-12-08", "starts": "18:00:00", "ends": "20:00:00", "repeat": "weekly", "count": 2},
        "contact": {"given_name": "Maria", "family_name": "Sänger", "email": "maria@example.com"},
    }  # fmt: skip
    key = {"idempotency-key": str(uuid4())}

    free = await client.get(
        "/api/v1/rooms/free",
        params={
            "starts_at": "2026-12-08T18:00:00+01:00",
            "ends_at": "2026-12-08T20:00:00+01:00",
            "seats": 15,
        },
    )
    made = [await client.post("/api/v1/bookings", json=body, headers=key) for _ in range(2)]
    booking = made[0].json()
    forever = await client.post(
        "/api/v1/bookings", json=body | {"series": body["series"] | {"count": 10_000}}
    )
    closed = await client.get("/api/v1/bookings")
    listed = await client.get("/api/v1/bookings?undecided=true", headers=staff)
    decided = await client.post(
        f"/api/v1/bookings/{booking['id']}/decision",
        json={"choices": [{"date_id": booking["dates"][1]["id"]}], "reason": "belegt"},
        headers=staff,
    )

    assert [(room["name"], room["is_free"]) for room in free.json()] == [("Lesecafé", True), ("Saal", True)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert (forever.status_code, forever.json()["code"]) == (422, "TooManyDates")
    assert closed.status_code == 401
    assert listed.json()["total"] == 1
    assert [one["state"] for one in decided.json()["dates"]] == ["approved", "declined"]


async def test_a_page_of_many_bookings_costs_as_much_as_one_of_few(
    hall: Hall, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    costs = []
    for number in range(3):
        await hall.ask(first_day=date(2026, 12, 8) + timedelta(days=7 * number), count=2)
        with counted() as statements:
            await client.get("/verwaltung/buchungen")
        costs.append(len(statements))

    assert costs[1] == costs[2]
