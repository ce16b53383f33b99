"""Devices of sessions in the database, raced (domain rule 4)."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.db import retried
from lms.kernel.period import Period
from lms.resources.models import (
    Device,
    DeviceStatus,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    TravelTime,
)
from lms.resources.reserving import Claim, release, reserve
from lms.scheduling.equipping import DevicesMissing, equip, equip_all, unequip
from lms.scheduling.equipping_rules import Need
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.inventory import Shelf, make_kit, stock
from tests.making import BOTH, make_course, make_room, make_run, make_venue
from tests.office import counted

pytestmark = BOTH
NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


async def sessions(house: Around, *starts: float, count: int = 1) -> list[Session]:
    """Sessions of an hour each, so many hours after noon, in a room of their own."""
    course, venue = make_course(), make_venue()
    run = make_run(course)
    async with house.begin() as session:
        session.add_all([course, venue])
        await session.flush()
        room = make_room(venue)
        session.add_all([run, room])
        await session.flush()
        meetings = [
            Session(run_id=run.id, starts_at=NOON + timedelta(hours=start), ends_at=NOON + timedelta(hours=start + 1),
                    changed_at=NOON, room_id=room.id)
            for start in starts * count
        ]  # fmt: skip
        session.add_all(meetings)
    return meetings


async def give(house: Around, meetings: list[Session], *needs: Need) -> None:
    async with house.begin() as session:
        await equip_all(session, meetings, needs, purpose="26-1", travel_minutes=30)


async def held_by(house: Around, meeting: Session) -> list[str]:
    async with house.begin.reading() as session:
        rows = await session.scalars(
            select(Device.inventory_number)
            .join(Reservation, Reservation.device_id == Device.id)
            .where(Reservation.session_id == meeting.id, Reservation.state == ReservationState.FIRM)
            .order_by(Device.inventory_number)
        )
        return list(rows)


def of(shelf: Shelf, count: int, note: str = "") -> Need:
    return Need(count=count, model_id=shelf.model.id, name=shelf.model.name, note=note)


async def test_a_session_holds_its_units_until_they_are_ready_again(house: Around) -> None:
    shelf = await stock(house, units=3, turnaround_minutes=15)
    (meeting,) = await sessions(house, 0)

    await give(house, [meeting], of(shelf, 2))

    async with house.begin.reading() as session:
        rows = (await session.scalars(select(Reservation).where(Reservation.session_id == meeting.id))).all()
    assert await held_by(house, meeting) == ["0001", "0002"]
    assert {(row.starts_at, row.ends_at, row.kind, row.purpose) for row in rows} == {
        (NOON, NOON + timedelta(minutes=75), ReservationKind.SESSION, "26-1")
    }
    assert {row.venue_id for row in rows} != {None}


async def test_missing_retired_and_broken_units_are_not_given(house: Around) -> None:
    shelf = await stock(house, units=4)
    async with house.begin() as session:
        (await session.get_one(Device, shelf.units[0].id)).status = DeviceStatus.MISSING
        (await session.get_one(Device, shelf.units[1].id)).status = DeviceStatus.RETIRED
        repair = Claim(period=Period(NOON, NOON + timedelta(days=3)), device_id=shelf.units[2].id)
        await reserve(session, [repair], kind=ReservationKind.REPAIR, purpose="Display")
    (meeting,) = await sessions(house, 0)

    with pytest.raises(DevicesMissing) as refusal:
        await give(house, [meeting], of(shelf, 2))
    await give(house, [meeting], of(shelf, 1))

    assert [(one.name, one.wanted, one.found) for one in refusal.value.shortages[meeting.id]] == [
        ("Tablet, 11 Zoll", 2, 1)
    ]
    assert await held_by(house, meeting) == ["0004"]


async def test_a_shortage_is_accepted_when_somebody_has_said_why(house: Around) -> None:
    shelf = await stock(house, units=2)
    (meeting,) = await sessions(house, 0)

    async with house.begin() as session:
        short = await equip(
            session, meeting, [of(shelf, 3, "Zwei teilen sich eines.")], purpose="26-1", travel_minutes=30
        )

    assert [(one.wanted, one.found) for one in short] == [(3, 2)]
    assert await held_by(house, meeting) == ["0001", "0002"]


async def test_the_way_to_another_venue_takes_its_time(house: Around) -> None:
    shelf = await stock(house, units=1)
    (here,) = await sessions(house, 0)
    early, late = (await sessions(house, 1.5))[0], (await sessions(house, 2))[0]

    await give(house, [here], of(shelf, 1))
    with pytest.raises(DevicesMissing):  # the way that nobody has measured takes 30 minutes; there are 30
        async with house.begin() as session:
            await equip(session, early, [of(shelf, 1)], purpose="", travel_minutes=31)
    await give(house, [early], of(shelf, 1))
    await give(house, [early])
    async with house.begin() as session:
        rooms = {row.id: row.venue_id for row in await session.execute(select(Room.id, Room.venue_id))}
        session.add(TravelTime(from_id=rooms[late.room_id], to_id=rooms[here.room_id], minutes=90))
    with pytest.raises(DevicesMissing):
        await give(house, [late], of(shelf, 1))

    assert await held_by(house, here) == ["0001"]


async def test_sessions_keep_what_they_hold_when_they_are_equipped_again(house: Around) -> None:
    shelf = await stock(house, units=4)
    first, other = await sessions(house, 0), await sessions(house, 0)
    await give(house, other, of(shelf, 2))
    await give(house, first, of(shelf, 1))
    async with house.begin() as session:
        await unequip(session, [other[0].id])

    await give(house, first, of(shelf, 2))

    assert await held_by(house, first[0]) == ["0001", "0003"]


async def test_a_cancelled_session_gives_its_devices_back(house: Around) -> None:
    shelf = await stock(house, units=1)
    (first,), (other,) = await sessions(house, 0), await sessions(house, 0)
    await give(house, [first], of(shelf, 1))
    async with house.begin() as session:
        await release(session, session_ids=[first.id])

    await give(house, [other], of(shelf, 1))

    assert (await held_by(house, first), await held_by(house, other)) == ([], ["0001"])


async def test_two_sessions_of_one_run_at_the_same_time_share_nothing(house: Around) -> None:
    shelf = await stock(house, units=4)
    meetings = await sessions(house, 0, 0.5)

    await give(house, meetings, of(shelf, 2))

    assert [await held_by(house, one) for one in meetings] == [["0001", "0002"], ["0003", "0004"]]


async def test_a_kit_goes_as_a_whole(house: Around) -> None:
    kit = make_kit()
    shelf = await stock(house, units=3, kit=kit)
    loose = await stock(house, units=2, first=10, model=shelf.model)
    (meeting,) = await sessions(house, 0)

    await give(house, [meeting], Need(count=1, kit_id=kit.id, name=kit.name), of(loose, 1))

    assert await held_by(house, meeting) == ["0001", "0002", "0003", "0010"]


async def test_the_statements_do_not_grow_with_the_units_and_by_one_with_each_session(house: Around) -> None:
    shelf = await stock(house, units=40)
    one, many = await sessions(house, 0), await sessions(house, *range(2, 22, 2))

    with counted() as few:
        await give(house, one, of(shelf, 1))
    with counted() as more:
        await give(house, many, of(shelf, 30))

    assert len(more) - len(few) == 9
    assert len(few) <= 9


@pytest.mark.parametrize("kind", ["model", "kit"])
async def test_of_many_sessions_that_want_the_last_units_exactly_as_many_get_them_as_there_are(
    house: Around, kind: str
) -> None:
    kit = make_kit()
    shelf = await stock(house, units=5, kit=kit)
    meetings = [(await sessions(house, 0))[0] for _ in range(8)]
    need = of(shelf, 2) if kind == "model" else Need(count=1, kit_id=kit.id)

    @retried
    async def want(meeting: Session) -> bool:
        try:
            async with house.begin() as session:
                await equip(session, meeting, [need], purpose="26-1", travel_minutes=0)
        except DevicesMissing:
            return False
        return True

    served = await asyncio.gather(*(want(meeting) for meeting in meetings))

    given_out: Counter[UUID | None] = Counter()
    async with house.begin.reading() as session:
        given_out.update(
            await session.scalars(
                select(Reservation.device_id).where(Reservation.state == ReservationState.FIRM)
            )
        )
    assert sum(served) == (2 if kind == "model" else 1)
    assert sum(given_out.values()) == (4 if kind == "model" else 5)
    assert max(given_out.values()) == 1


async def test_neighbours_in_time_are_never_refused(house: Around) -> None:
    shelf = await stock(house, units=2)
    meetings = await sessions(house, *range(8))

    async def want(meeting: Session) -> None:
        async with house.begin() as session:
            await equip(session, meeting, [of(shelf, 2)], purpose="26-1", travel_minutes=0)

    await asyncio.gather(*(retried(want)(meeting) for meeting in meetings))

    assert [await held_by(house, one) for one in meetings] == [["0001", "0002"]] * 8
