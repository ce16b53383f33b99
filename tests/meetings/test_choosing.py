"""The planner chooses a room of our own video conference instead of typing an address."""

import re
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import CourseTopic, Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.scheduling.change_set import ChangeSet, InRoom, SessionChange
from lms.scheduling.errors import NoOwnRooms
from lms.scheduling.models import Session
from lms.scheduling.online import OUR_ROOM
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import BOTH, FixedClock
from tests.office import TEAM, Office, open_office, words_of
from tests.portal.test_dates_pages import DO, chosen, dates, hidden
from tests.portal.test_dates_pages import path_of as dates_of
from tests.portal.test_planning_door import bearer, plan
from tests.scheduling.test_new_run import entries, path_of
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def office(house: Around, client: Client, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME, Identity.ENROLMENT)
    office = await open_office(house)
    async with begin() as session:
        session.add(CourseTopic(course_id=office.course.id, topic_id=office.topic.id))
    return office


async def places(begin: Begin, run: Run) -> list[tuple[bool, str]]:
    """Whether each session has a room of the house, and where it is online."""
    return [(one.room_id is not None, one.online_url) for one in await dates(begin, run)]


async def test_a_box_in_the_form_of_a_run_is_enough(client: Client, office: Office, begin: Begin) -> None:
    page = await client.get(path_of(office))
    both = await send(
        client,
        path_of(office),
        entries(
            office, act="speichern", room="", own_online_room="1", online_url="https://meet.example.com/a"
        ),
    )

    saved = await send(
        client, path_of(office), entries(office, act="speichern", room="", own_online_room="1")
    )

    assert "Raum in unserer Videokonferenz (BigBlueButton)" in words_of(page.text)
    assert both.status_code == 422
    assert "Beides zusammen geht nicht." in words_of(both.text)
    assert saved.status_code == 303
    async with begin.reading() as session:
        run = (await session.scalars(select(Run))).one()
    assert set(await places(begin, run)) == {(False, OUR_ROOM)}
    again = await client.get(path_of(office))  # the next run begins as the last one was
    assert OUR_ROOM not in again.text
    assert re.search(r'<input[^>]*name="own_online_room"[^>]* checked', again.text)


async def test_dates_move_from_the_house_into_our_video_conference_and_back(
    client: Client, office: Office, begin: Begin
) -> None:
    run = await office.run()
    seen = []
    for room in ("videokonferenz", str(office.room.id)):
        preview = await send(
            client, dates_of(run), chosen(*await dates(begin, run), room=room, reason="Heizung")
        )
        await send(client, dates_of(run), hidden(preview.text) | DO)
        seen.append(set(await places(begin, run)))

    assert seen == [{(False, OUR_ROOM)}, {(True, "")}]


async def test_one_date_alone_is_held_in_our_video_conference(
    client: Client, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first = (await dates(begin, run))[0]
    path = f"/verwaltung/termine/{first.id}/verschieben"
    page = await client.get(path)
    entered = {
        "day-day": "8", "day-month": "12", "day-year": "2026", "starts_at": "10:00", "minutes": "90",
        "room": "videokonferenz", "reason": "Heizung", "version": str(first.version),
    }  # fmt: skip

    preview = await send(client, path, entered)
    await send(client, path, hidden(preview.text) | DO)

    assert "Online, in unserer Videokonferenz" in words_of(page.text)
    assert (await places(begin, run))[0] == (False, OUR_ROOM), words_of(preview.text)


@BOTH
async def test_where_there_is_no_video_conference_none_can_be_chosen(house: Around) -> None:
    office = await open_office(house)
    run = await office.run()
    without = Scheduling(
        replace(house, settings=house.settings.model_copy(update={"bbb_url": "", "bbb_secret": ""}))
    )
    first = (await dates(house.begin, run))[0]
    change = SessionChange(session_id=first.id, version=first.version, room=InRoom(None, OUR_ROOM))

    with pytest.raises(NoOwnRooms):
        await without.change_sessions(TEAM, ChangeSet(changes=[change]))
    told = await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=[change]))

    assert [one.kind.value for one in told.changes] == ["room"]
    async with house.begin.reading() as session:
        assert (await session.get_one(Session, first.id)).is_in_our_room


async def test_by_the_interface_it_is_a_word_of_its_own_beside_the_address(
    client: Client, office: Office, begin: Begin, clock: FixedClock
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)
    ours = plan(office, room_id=None, own_online_room=True)

    both = await client.post(
        "/api/v1/planning/runs", json=ours | {"online_url": "https://meet.example.com"}, headers=headers
    )
    planned = await client.post("/api/v1/planning/runs", json=ours, headers=headers)

    assert (both.status_code, both.json()["code"]) == (422, "Invalid")
    assert planned.status_code == 201
    async with begin.reading() as session:
        run = (await session.scalars(select(Run))).one()
    assert set(await places(begin, run)) == {(False, OUR_ROOM)}
