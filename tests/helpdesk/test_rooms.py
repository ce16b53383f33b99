"""The room of a desk: held in its hours, given back with them, asked for where something else is."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.helpdesk.errors import RoomElsewhere
from lms.helpdesk.models import DayKind, DeskKind, DeskPlace, HelpDesk
from lms.helpdesk.rooms import in_their_way, wanting
from lms.helpdesk.service.keeping import DeskFacts
from lms.kernel.clock import at_venue, local
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room
from lms.resources.reserving import release
from lms.web.module import Around
from tests.helpdesk.counter import TEAM, THURSDAY, TUESDAY, Counter, open_counter
from tests.making import BOTH, make_room, make_venue

pytestmark = BOTH
FIRM, ASKED = ReservationState.FIRM, ReservationState.TENTATIVE


@pytest.fixture
async def counter(house: Around) -> Counter:
    return await open_counter(house)


@pytest.fixture
async def room(counter: Counter) -> Room:
    made = make_room(counter.venue)
    async with counter.house.begin() as session:
        session.add(made)
    return made


async def give(counter: Counter, room: Room) -> None:
    """The team writes down that the desk is in this room."""
    facts = DeskFacts(
        name_de=counter.desk.name_de, kind=DeskKind.HELP, place=DeskPlace.VENUE, venue_id=counter.venue.id,
        room_id=room.id,
    )  # fmt: skip
    await counter.desks.save_desk(TEAM, facts, desk_id=counter.desk.id)


async def take_away(counter: Counter, room: Room, day: date) -> Reservation:
    """Something else is in the room that morning."""
    row = Reservation(
        starts_at=at_venue(day, time(9)), ends_at=at_venue(day, time(11)), room_id=room.id,
        kind=ReservationKind.BOOKING, cause_id=uuid4(), purpose="Chor",
    )  # fmt: skip
    async with counter.house.begin() as session:
        session.add(row)
    return row


async def days_of(counter: Counter, state: ReservationState) -> list[date]:
    """On which days the room is held or asked for."""
    async with counter.house.begin.reading() as session:
        found = await session.scalars(
            select(Reservation.starts_at)
            .where(Reservation.kind == ReservationKind.HELP_DESK, Reservation.state == state)
            .order_by(Reservation.starts_at)
        )
        return [local(one).date() for one in found]


async def test_the_room_is_held_for_eight_weeks_and_rolls_on_with_them(counter: Counter, room: Room) -> None:
    await give(counter, room)
    at_first = await days_of(counter, FIRM)

    await counter.rhythm.hold_rooms()
    await counter.rhythm.hold_rooms()

    assert TUESDAY in at_first
    assert THURSDAY in at_first
    assert {day.weekday() for day in at_first} == {1, 3}
    assert at_first[-1] <= local(counter.house.clock()).date() + timedelta(weeks=8)
    assert await days_of(counter, FIRM) == at_first


async def test_a_closed_day_and_a_closed_desk_give_the_room_back(counter: Counter, room: Room) -> None:
    await give(counter, room)

    await counter.desks.save_day(
        TEAM, kind=DayKind.CLOSED, first=TUESDAY, last=TUESDAY, desk_id=counter.desk.id
    )
    without = await days_of(counter, FIRM)
    await counter.desks.end_desk(TEAM, desk_id=counter.desk.id, ends=True)

    assert TUESDAY not in without
    assert THURSDAY in without
    assert await days_of(counter, FIRM) == []


async def test_where_something_else_is_the_desk_asks_and_has_the_room_once_it_is_free(
    counter: Counter, room: Room
) -> None:
    choir = await take_away(counter, room, TUESDAY)
    await give(counter, room)
    async with counter.house.begin.reading() as session:
        lacking = await wanting(session, counter.house.clock())
        instead = await in_their_way(session, lacking)
    asked = await days_of(counter, ASKED)

    async with counter.house.begin() as session:
        await release(session, cause_ids=[choir.cause_id] if choir.cause_id else [])
    await counter.rhythm.hold_rooms()

    assert asked == [TUESDAY]
    assert [one.room.id for one in lacking] == [room.id]
    assert [row.purpose for row in instead[lacking[0].reservation.id]] == ["Chor"]
    assert await days_of(counter, ASKED) == []
    assert TUESDAY in await days_of(counter, FIRM)


async def test_a_desk_sits_in_a_room_of_its_own_venue(counter: Counter) -> None:
    elsewhere = make_venue()
    far = make_room(elsewhere)
    async with counter.house.begin() as session:
        session.add(elsewhere)
        await session.flush()
        session.add(far)

    with pytest.raises(RoomElsewhere):
        await give(counter, far)

    async with counter.house.begin.reading() as session:
        assert (await session.get_one(HelpDesk, counter.desk.id)).room_id is None
