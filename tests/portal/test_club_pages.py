"""A club at the desk: founded on the page of its course, joined by anybody, left, and ended; with what is typed wrong on the way."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.office import TEAM, Office, open_office, words_of
from tests.visiting import another_browser, send, sign_in

Client = AsyncTestClient[Litestar]
LIST = "/verwaltung/treffs"


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


def told(office: Office, **other: str) -> dict[str, str]:
    """The form of a club on Tuesdays at four."""
    return {
        "key": str(uuid4()), "interval": "1", "weekday": "1", "starts_at": "16:00", "minutes": "90", "capacity": "8",
        "first_day-day": "8", "first_day-month": "12", "first_day-year": "2026", "room": str(office.room.id),
        "trainer": str(office.trainer.id),
    } | other  # fmt: skip


async def only_run(begin: Begin) -> UUID:
    async with begin.reading() as session:
        return (await session.scalars(select(Run.id).join(ClubRule, ClubRule.run_id == Run.id))).one()


async def test_a_club_is_founded_once_however_often_the_form_is_sent(
    client: Client, begin: Begin, office: Office
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    here = f"/verwaltung/kurse/{office.course.id}/neuer-treff"
    empty_list = words_of((await client.get(LIST)).text)
    asked = await client.get(here)
    nothing = await send(client, here, {"key": str(uuid4())})
    wrong = await send(client, here, told(office, minutes="viel", capacity="0", weekday="9"))
    form = told(office)

    first, second = await send(client, here, form), await send(client, here, form)

    run_id = await only_run(begin)
    listed = words_of((await client.get(LIST)).text)
    file = await client.get(f"{LIST}/liste.csv")
    assert "Es gibt noch keinen Treff." in empty_list
    assert (asked.status_code, nothing.status_code, wrong.status_code) == (200, 422, 422)
    assert 'value="viel"' in wrong.text
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    assert first.headers["location"].startswith(f"/verwaltung/durchfuehrungen/{run_id}")
    assert "Dienstag, 16:00, jede Woche" in listed
    assert "Dienstag, 16:00, jede Woche" in file.text


async def test_a_room_that_is_taken_is_said_and_the_form_kept(
    client: Client, begin: Begin, office: Office
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await office.run(first_day=date(2026, 12, 8))

    answer = await send(
        client, f"/verwaltung/kurse/{office.course.id}/neuer-treff", told(office, starts_at="10:00")
    )

    assert answer.status_code == 409
    assert "Das geht so noch nicht" in words_of(answer.text)
    assert 'value="10:00"' in answer.text


async def test_whoever_looks_sees_when_it_meets_next_and_the_end_is_for_the_planner(
    client: Client, begin: Begin, house: Around, office: Office
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await send(client, f"/verwaltung/kurse/{office.course.id}/neuer-treff", told(office))
    run_id = await only_run(begin)
    await Scheduling(house).publish(TEAM, run_id=run_id)
    end = f"/verwaltung/durchfuehrungen/{run_id}/treff-beenden"
    stranger = another_browser(client)
    await sign_in(stranger, begin)
    public = words_of((await stranger.get(f"/kurse/{office.course.slug}")).text)
    forbidden = await stranger.get(end)
    asked = await client.get(end)
    day = {"last_day-day": "1", "last_day-month": "1", "last_day-year": "2020", "reason": "Zu wenige"}
    past = await send(client, end, day)
    silent = await send(client, end, day | {"last_day-year": "2027", "reason": ""})

    ended = await send(client, end, day | {"last_day-year": "2027"})

    assert "8. Dezember 2026" in public
    assert "ohne festes Ende" in public
    assert (forbidden.status_code, asked.status_code) == (403, 200)
    assert (past.status_code, silent.status_code, ended.status_code) == (422, 422, 303)
    assert (await client.get(end)).status_code == 404
    assert "1. Januar 2027" in words_of((await client.get(LIST)).text)
