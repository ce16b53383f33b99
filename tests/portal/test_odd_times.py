"""The night in which the clocks change, and numbers nobody can mean: a sentence each, never an error page."""

from datetime import date, time
from typing import Any

import pytest

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.resources.models import Room
from lms.scheduling.queries import sessions_of
from lms.web.module import Around
from tests.making import BOTH
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, send, sign_in

GAP = {"day-day": "28", "day-month": "3", "day-year": "2027"}
"""At two o'clock it is three."""
NO_SUCH_TIME = "In dieser Nacht wird die Uhr umgestellt."
LONG = "9" * 5000


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME, Identity.RESOURCES, Identity.ENROLMENT)
    return await open_office(house)


def renamed(day: str) -> dict[str, str]:
    return {name.replace("day-", f"{day}-", 1): value for name, value in GAP.items()}


async def moved(client: Browser, office: Office, begin: Begin, **typed: Any) -> tuple[int, str]:
    run = await office.run()
    async with begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]
    usual = {"minutes": "45", "room": "", "version": str(meeting.version)}
    answer = await send(client, f"/verwaltung/termine/{meeting.id}/verschieben", GAP | usual | typed)
    return answer.status_code, answer.text


@pytest.mark.parametrize("starts_at", ["02:30", "01:45"])
async def test_a_session_is_not_moved_into_the_hour_that_does_not_exist(
    client: Browser, office: Office, begin: Begin, starts_at: str
) -> None:
    status, page = await moved(client, office, begin, starts_at=starts_at)

    assert status == 422
    assert NO_SUCH_TIME in words_of(page)


async def test_a_version_of_five_thousand_digits_is_none(
    client: Browser, office: Office, begin: Begin
) -> None:
    status, _ = await moved(client, office, begin, starts_at="18:00", version=LONG)

    assert status == 422


async def test_an_address_that_wishes_for_the_year_one_leaves_the_form_as_it_is(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    async with begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]

    answer = await client.get(
        f"/verwaltung/termine/{meeting.id}/verschieben",
        params={"beginn": "0001-01-01T00:00:00+14:00", "ende": "9999-12-31T23:59:59-12:00"},
    )

    assert answer.status_code == 200


async def test_several_sessions_are_not_moved_into_that_hour(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(first_day=date(2027, 3, 21), at=time(10), sessions=1)
    async with begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]

    answer = await send(
        client,
        f"/verwaltung/durchfuehrungen/{run.id}/termine-aendern",
        {
            "sessions": f"{meeting.id}.{meeting.version}",
            "what": "aendern",
            "replacement": "kein",
            "days": "7",
            "starts_at": "02:30",
            "minutes": "45",
        },
    )

    assert answer.status_code == 422
    assert NO_SUCH_TIME in words_of(answer.text)


async def test_a_room_is_not_closed_from_a_time_that_does_not_exist(client: Browser, office: Office) -> None:
    typed = renamed("first") | {"room": "alles", "begins": "02:30", "ends": "03:15", "reason": "Umbau"}

    answer = await send(client, f"/verwaltung/raeume/ort/{office.venue.id}/sperren", typed)

    assert answer.status_code == 422
    assert NO_SUCH_TIME in words_of(answer.text)


@pytest.mark.parametrize("path", ["/raeume", "/verwaltung/raeume/finden"])
async def test_nobody_finds_a_room_at_a_time_that_does_not_exist(
    client: Browser, office: Office, path: str
) -> None:
    when = renamed("tag") | GAP | {"von": "02:30", "bis": "03:15", "begins": "02:30", "ends": "03:15"}

    answer = await client.get(path, params=when | ({"gesucht": "1"} if "finden" in path else {}))

    assert answer.status_code in {200, 422}
    assert NO_SUCH_TIME in words_of(answer.text)


async def test_nobody_asks_for_a_room_at_a_time_that_does_not_exist(
    client: Browser, office: Office, begin: Begin
) -> None:
    async with begin() as session:
        (await session.get_one(Room, office.room.id)).is_bookable = True
    when = renamed("tag") | {
        "von": "02:30",
        "bis": "03:15",
        "wiederholung": "once",
        "personen": "3",
    }

    answer = await send(client, f"/raeume/{office.room.id}/anfragen", when | {"act": "wer"})
    wished = await send(client, f"/raeume/{office.room.id}/bescheid?" + "&".join(map("=".join, when.items())))

    assert answer.status_code == 422
    assert NO_SUCH_TIME in words_of(answer.text)
    assert wished.status_code == 303


async def test_an_end_before_the_beginning_is_said_before_anybody_types_their_name(
    client: Browser, office: Office, begin: Begin
) -> None:
    async with begin() as session:
        (await session.get_one(Room, office.room.id)).is_bookable = True
    when = renamed("tag") | {"von": "18:00", "bis": "17:00", "personen": "3"}

    answer = await send(client, f"/raeume/{office.room.id}/anfragen", when | {"act": "wer"})

    assert answer.status_code == 422
    assert "Das Ende muss nach dem Beginn liegen" in words_of(answer.text)


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        ("0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+14:00"),
        ("9999-12-31T23:00:00Z", "9999-12-31T23:30:00Z"),
    ],
)
async def test_programs_ask_in_vain_for_days_that_no_calendar_has(
    client: Browser, office: Office, starts_at: str, ends_at: str
) -> None:
    answer = await client.get("/api/v1/rooms/free", params={"starts_at": starts_at, "ends_at": ends_at})

    assert answer.status_code == 422


@pytest.mark.parametrize("month", ["9999-12", "0001-01"])
async def test_the_bookings_of_a_month_out_of_reach_are_those_of_this_month(
    client: Browser, office: Office, month: str
) -> None:
    answer = await client.get("/verwaltung/buchungen/abrechnung.csv", params={"monat": month})

    assert "raumbuchungen-2026-12.csv" in answer.headers["content-disposition"]


async def test_a_wrong_field_that_is_called_like_a_service_is_the_senders_fault(
    client: Browser, office: Office
) -> None:
    when = {"first_day": "2027-01-12", "starts_at": "10:00", "ends_at": "11:00"}

    answer = await client.post("/api/v1/bookings", json={"people": "viele", "series": when})

    assert answer.status_code == 400
    assert "people" in answer.text


async def test_the_last_day_of_all_calendars_is_refused_in_a_form(client: Browser, office: Office) -> None:
    typed = {"first-day": "31", "first-month": "12", "first-year": "9999", "room": "alles", "reason": "Umbau"}

    answer = await send(client, f"/verwaltung/raeume/ort/{office.venue.id}/sperren", typed)

    assert answer.status_code == 422


@BOTH
async def test_a_sign_that_no_database_takes_is_simply_not_found(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    found = [
        (await client.get(path)).status_code
        for path in (
            "/anzeige/a%00b",
            "/kalender/kurs/a%00b.ics",
            "/kurse/a%00b",
            "/verwaltung/anmeldungen?q=a%00b",
        )
    ]
    assert found == [404, 404, 404, 200]
