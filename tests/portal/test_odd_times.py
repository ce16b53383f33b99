"""The night in which the clocks change, and numbers nobody can mean: a sentence each, never an error page."""

from datetime import date, time
from typing import Any

import pytest

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.resources.models import Room
from lms.scheduling.queries import sessions_of
from lms.web.module import Around
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
