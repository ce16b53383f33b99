"""Signs at doors and screens in halls: what everybody may know, and nothing else."""

import re
from datetime import date, time
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import Begin
from lms.resources.models import OpeningTime, Room
from lms.scheduling.models import Session
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import FixedClock, make_room, make_venue
from tests.office import TEAM, counted, words_of
from tests.portal.planner.stage import Stage, on_tuesday, set_stage
from tests.visiting import Browser


@pytest.fixture
async def stage(house: Around) -> Stage:
    return await set_stage(house)


async def door(client: Browser, room: Room, english: str = "") -> str:
    return words_of((await client.get(f"{english}/tuerschild/{room.id}")).text)


async def make_public(stage: Stage) -> None:
    async with stage.begin() as session:
        trainer = (await session.scalars(select(Trainer))).one()
        trainer.is_public = True


async def test_a_door_says_now_next_and_later_and_until_when_it_is_free(
    client: Browser, stage: Stage, clock: FixedClock
) -> None:
    await stage.office.run()
    await stage.office.run(at=time(13), publish=False)
    await stage.booking(stage.room, on_tuesday(16), on_tuesday(17))
    await stage.booking(stage.room, on_tuesday(18), on_tuesday(19), is_public=True)

    clock.moment = on_tuesday(8)
    early = await door(client, stage.room)
    clock.moment = on_tuesday(9, 50)
    preparing = await door(client, stage.room)
    clock.moment = on_tuesday(10)
    during = await door(client, stage.room)
    clock.moment = on_tuesday(20)
    late = await door(client, stage.room)

    assert early == (
        "Raum 1 Innovationszentrum 08:00 Frei bis 09:45 Uhr"
        " Danach Das Tablet kennenlernen 10:00 bis 11:30 Uhr"
        " Heute noch 16:00 bis 17:00 Uhr Belegt 18:00 bis 19:00 Uhr Schachklub – Turnier"
    )
    assert "Wird vorbereitet" in preparing
    assert during == (
        "Raum 1 Innovationszentrum 10:00 Belegt bis 11:30 Uhr"
        " Jetzt Das Tablet kennenlernen 10:00 bis 11:30 Uhr"
        " Danach Belegt 16:00 bis 17:00 Uhr"
        " Heute noch 18:00 bis 19:00 Uhr Schachklub – Turnier"
    )
    assert late == "Raum 1 Innovationszentrum 20:00 Heute frei Heute findet hier nichts mehr statt."


async def test_nobody_is_named_who_has_not_agreed_and_requests_are_nobodys_business(
    client: Browser, stage: Stage, clock: FixedClock
) -> None:
    await stage.office.run()
    await stage.booking(stage.room, on_tuesday(15), on_tuesday(16))
    await stage.booking(stage.other_room, on_tuesday(10), on_tuesday(12), is_firm=False)
    clock.moment = on_tuesday(10)

    before = (await client.get(f"/anzeige/{stage.venue.slug}")).text
    await make_public(stage)
    after = (await client.get(f"/anzeige/{stage.venue.slug}")).text

    for secret in ("Krüger", "Schachklub", "Turnier", "Bauer"):
        assert secret not in before
    assert "10:00 bis 11:30 Uhr , Jonas Krüger" in words_of(after)
    assert "Raum 2 Heute frei" in words_of(after)


async def test_what_falls_through_is_said_and_the_room_is_free(
    client: Browser, house: Around, stage: Stage, clock: FixedClock
) -> None:
    run = await stage.office.run()
    async with stage.begin.reading() as session:
        meeting: Session = (await sessions_of(session, [run.id]))[run.id][0]
    await Scheduling(house).cancel_session(
        TEAM, session_id=meeting.id, reason="krank", version=meeting.version
    )
    clock.moment = on_tuesday(10)

    sign = await door(client, stage.room)
    screen = words_of((await client.get(f"/anzeige/{stage.venue.slug}")).text)

    assert "Heute frei Heute noch 10:00 bis 11:30 Uhr Fällt aus: Das Tablet kennenlernen" in sign
    assert "Fällt aus: 10:00 bis 11:30 Uhr Das Tablet kennenlernen (Raum 1)" in screen


async def test_a_closed_house_says_when_it_opens_again(
    client: Browser, stage: Stage, clock: FixedClock
) -> None:
    await stage.add(
        *(OpeningTime(weekday=day, opens=time(9), closes=time(18), venue_id=stage.venue.id) for day in (0, 1))
    )
    clock.moment = on_tuesday(7)
    morning = await door(client, stage.room)
    clock.moment = on_tuesday(19)
    evening = words_of((await client.get(f"/anzeige/{stage.venue.slug}")).text)

    assert "Geschlossen. Öffnet um 09:00 Uhr" in morning
    assert evening.endswith("19:00 Geschlossen. Öffnet am Montag um 09:00 Uhr")


async def test_the_code_for_checking_in_is_there_only_where_rooms_are_released(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    async with begin() as session:
        (await session.get_one(Room, stage.room.id)).release_after_minutes = 15

    with_code = (await client.get(f"/tuerschild/{stage.room.id}")).text
    without = (await client.get(f"/tuerschild/{stage.other_room.id}")).text

    assert f'alt="QR-Code: http://127.0.0.1:8000/raeume/{stage.room.id}/da"' in with_code
    assert 'src="data:image/svg+xml' in with_code
    assert "<img" not in without


async def test_signs_renew_themselves_keep_their_last_state_and_set_no_cookie(
    client: Browser, stage: Stage
) -> None:
    for path in (
        f"/tuerschild/{stage.room.id}",
        f"/anzeige/{stage.venue.slug}",
        f"/en/tuerschild/{stage.room.id}",
    ):
        answer = await client.get(path)

        assert '<noscript><meta http-equiv="refresh" content="60' in answer.text
        assert '<meta name="robots" content="noindex">' in answer.text
        assert "stale-if-error=3600" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
    assert "Stand 09:00 Uhr" in (await client.get(f"/tuerschild/{stage.room.id}")).text


async def test_too_many_rooms_take_turns_those_first_where_something_is_on(
    client: Browser, stage: Stage, clock: FixedClock
) -> None:
    rooms = [make_room(stage.venue, f"Saal {number}", floor_de="2. Stock") for number in range(8)]
    await stage.add(*rooms)
    await stage.booking(rooms[7], on_tuesday(11), on_tuesday(12))
    await stage.office.run()
    clock.moment = on_tuesday(10, 30)

    def named(page: str) -> list[str]:
        return re.findall(r'sign-room__name">([^<]+)<', page)

    first = (await client.get(f"/anzeige/{stage.venue.slug}")).text
    second = (await client.get(f"/anzeige/{stage.venue.slug}?seite=2")).text

    assert named(first) == ["Raum 1", "Saal 7", "Raum 2", "Saal 0", "Saal 1", "Saal 2"]
    assert named(second) == ["Saal 3", "Saal 4", "Saal 5", "Saal 6"]
    assert f'content="20; url=/anzeige/{stage.venue.slug}?seite=2"' in first
    assert f'content="20; url=/anzeige/{stage.venue.slug}"' in second
    assert "↑ 2. Stock" in words_of(first)


async def test_a_screen_costs_as_many_statements_for_many_rooms_as_for_one(
    client: Browser, stage: Stage, clock: FixedClock
) -> None:
    clock.moment = on_tuesday(8)
    alone = make_venue("Dorfhaus")
    await stage.add(alone, make_room(alone, "Saal"))
    await client.get(f"/anzeige/{alone.slug}")
    with counted() as one:
        await client.get(f"/anzeige/{alone.slug}")
    await stage.add(*(make_room(stage.venue, f"Saal {number}") for number in range(8)))
    await stage.office.run(first_day=date(2026, 12, 8))

    with counted() as many:
        await client.get(f"/anzeige/{stage.venue.slug}")

    assert len(many) == len(one)


async def test_a_house_that_is_not_there_is_not_found(client: Browser, stage: Stage) -> None:
    assert (await client.get("/anzeige/nirgends")).status_code == 404
    assert (await client.get(f"/tuerschild/{uuid4()}")).status_code == 404
