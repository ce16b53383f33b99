"""What people ask for, without names; and a draft course made of it with one click."""

import asyncio
from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.people.ages import AgeBand
from lms.scheduling.models import Preparation
from lms.web.module import Around
from tests.helpdesk.test_queue_pages import text
from tests.helpdesk.waiting_room import WaitingRoom, open_waiting_room
from tests.making import BOTH
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]
PATH = "/verwaltung/sprechstunde/themen"
pytestmark = BOTH


@pytest.fixture
async def room(house: Around) -> WaitingRoom:
    room = await open_waiting_room(house)
    await room.counted(room.phones, 14, minutes=20)
    await room.counted(room.phones, 8, minutes=20, day=date(2026, 10, 9))
    await room.counted(room.banking, 3, minutes=40)
    await room.counted(room.banking, 9, day=date(2026, 2, 3), age=AgeBand.FROM_75)
    return room


async def test_small_numbers_are_hidden_on_the_page_and_in_the_file(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    page, file = text(await client.get(PATH)), (await client.get(f"{PATH}/kontakte.csv")).text

    assert "Am häufigsten: Smartphone und Tablet, 22 Kontakte" in page
    assert "Kontakte in 2026: 34." in page
    november = [line for line in file.splitlines() if ";11;" in line]
    assert [line.rpartition(";")[2] for line in november] == ["weniger als fünf oder mit verborgen"] * 2
    assert (await client.get(f"{PATH}?jahr=2025")).status_code == 200
    assert (await client.get(f"{PATH}/kontakte.xlsx?jahr=zwölf")).status_code == 200


async def test_a_frequent_topic_becomes_the_draft_of_a_course_with_one_click(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    assert "Kursentwurf anlegen" in text(await client.get(PATH))

    clicks = await asyncio.gather(*(send(client, f"{PATH}/{room.phones.id}/kurs") for _ in range(2)))

    assert {one.status_code for one in clicks} == {303}
    async with begin.reading() as session:
        course = (await session.scalars(select(Course))).one()
        assert await session.scalar(select(func.count()).select_from(Run)) == 1
        note = await session.scalar(select(Preparation.note))
    assert course.title_de == "Smartphone und Tablet"
    assert note == (
        "Aus der Sprechstunde: Nach „Smartphone und Tablet“ wurde oft gefragt. "
        "22 Kontakte in den letzten drei Monaten. Ein Gespräch dauerte im Durchschnitt 20 Minuten."
    )
    assert "Daraus wurde der Kurs Smartphone und Tablet" in text(await client.get(PATH))
    assert "Der Entwurf eines Kurses ist" in text(await client.get(clicks[0].headers["location"]))


async def test_who_plans_nothing_cannot_make_a_draft(client: Client, begin: Begin, room: WaitingRoom) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    assert "Kursentwurf anlegen" not in text(await client.get(PATH))
    assert (await send(client, f"{PATH}/{room.phones.id}/kurs")).status_code == 403
