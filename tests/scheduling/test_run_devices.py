"""What planners and the keepers of devices do, in the database (domain rule 4)."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.resources.models import Device, DeviceStatus, KitPart, Reservation, ReservationKind, ReservationState
from lms.resources.reserving import Claim, reserve
from lms.scheduling.care import (
    DeviceCare,
    EndsBeforeItBegins,
    InRepairAlready,
    Outage,
    PromisedElsewhere,
)
from lms.scheduling.devices import NeededAlready, NotFree, RunDevices, mark_of
from lms.scheduling.equipping import DevicesMissing, take_over_needs
from lms.scheduling.equipping_rules import Need
from lms.scheduling.models import RunNeed
from lms.web.module import Around
from tests.inventory import Shelf, make_kit, stock
from tests.making import BOTH, FixedClock, staff
from tests.office import TEAM, Office, open_office

pytestmark = BOTH


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
def planner(house: Around) -> RunDevices:
    return RunDevices(house)


@pytest.fixture
def care(house: Around) -> DeviceCare:
    return DeviceCare(house)


def tablets(shelf: Shelf, count: int, note: str = "") -> Need:
    return Need(count=count, model_id=shelf.model.id, note=note)


async def add(planner: RunDevices, run: Run, need: Need) -> UUID:
    key = uuid4()
    await planner.add_need(TEAM, run_id=run.id, key=key, need=need)
    return key


async def held(house: Around) -> Counter[str]:
    """How many sessions hold each unit."""
    async with house.begin.reading() as session:
        rows = await session.scalars(
            select(Device.inventory_number)
            .join(Reservation, Reservation.device_id == Device.id)
            .where(
                Reservation.state == ReservationState.FIRM,
                Reservation.kind == ReservationKind.SESSION,
            )
        )
        return Counter(rows)


async def one(house: Around, table: Any, key: UUID) -> Any:
    async with house.begin.reading() as session:
        return await session.get_one(table, key)


async def test_every_session_to_come_gets_what_the_run_needs(
    house: Around, office: Office, planner: RunDevices
) -> None:
    shelf, run = await stock(house, units=3), await office.run(sessions=3)

    await add(planner, run, tablets(shelf, 2))

    assert await held(house) == {"0001": 3, "0002": 3}


async def test_twice_is_as_good_as_once_and_the_same_model_stands_there_once(
    house: Around, office: Office, planner: RunDevices
) -> None:
    shelf, run = await stock(house, units=3), await office.run()
    key = await add(planner, run, tablets(shelf, 2))

    await planner.add_need(TEAM, run_id=run.id, key=key, need=tablets(shelf, 2))
    with pytest.raises(NeededAlready):
        await add(planner, run, tablets(shelf, 1))

    assert await held(house) == {"0001": 2, "0002": 2}


async def test_a_shortage_is_refused_and_changes_nothing_until_somebody_says_why(
    house: Around, office: Office, planner: RunDevices
) -> None:
    shelf, run = await stock(house, units=2), await office.run()

    with pytest.raises(DevicesMissing) as refusal:
        await add(planner, run, tablets(shelf, 3))
    before = await held(house)
    short = await planner.add_need(
        TEAM, run_id=run.id, key=uuid4(), need=tablets(shelf, 3, "Zwei teilen sich eines.")
    )

    assert [len(found) for found in refusal.value.shortages.values()] == [1, 1]
    assert before == {}
    assert [(found[0].wanted, found[0].found) for found in short.values()] == [(3, 2)] * 2
    assert await held(house) == {"0001": 2, "0002": 2}


async def test_a_need_is_changed_and_taken_away(house: Around, office: Office, planner: RunDevices) -> None:
    shelf, run = await stock(house, units=3), await office.run()
    key = await add(planner, run, tablets(shelf, 1))
    seen = mark_of(await one(house, RunNeed, key))

    await planner.change_need(TEAM, need_id=key, count=3, note="", seen=seen)
    with pytest.raises(Stale):
        await planner.change_need(TEAM, need_id=key, count=2, note="", seen=seen)
    more = await held(house)
    for _ in range(2):
        await planner.remove_need(TEAM, need_id=key)

    assert more == {"0001": 2, "0002": 2, "0003": 2}
    assert await held(house) == {}


async def test_a_new_run_begins_with_what_its_course_needs(
    house: Around, office: Office, planner: RunDevices
) -> None:
    shelf, run, key = await stock(house, units=3), await office.run(), uuid4()
    for _ in range(2):
        await planner.add_course_need(TEAM, course_id=office.course.id, key=key, need=tablets(shelf, 2))
    async with house.begin() as session:
        await take_over_needs(session, course_id=office.course.id, run_id=run.id)

    await planner.equip_again(TEAM, run_id=run.id)
    await planner.remove_course_need(TEAM, need_id=key)

    assert await held(house) == {"0001": 2, "0002": 2}


async def test_one_unit_is_exchanged_by_hand(house: Around, office: Office, planner: RunDevices) -> None:
    shelf, run = await stock(house, units=3), await office.run(sessions=1)
    await add(planner, run, tablets(shelf, 2))
    async with house.begin.reading() as session:
        holds = await session.scalar(select(Reservation.id).where(Reservation.device_id == shelf.units[0].id))
    assert holds is not None

    with pytest.raises(NotFree):
        await planner.exchange(TEAM, reservation_id=holds, device_id=shelf.units[1].id)
    await planner.exchange(TEAM, reservation_id=holds, device_id=shelf.units[2].id)

    assert await held(house) == {"0002": 1, "0003": 1}


async def test_runs_that_want_the_last_units_at_once_get_exactly_what_there_is(
    house: Around, office: Office, planner: RunDevices
) -> None:
    shelf = await stock(house, units=4)
    runs = []
    for _ in range(4):
        run = await office.run(publish=False, sessions=1)
        runs.append(run)
        async with house.begin() as session:  # all at the same time, in rooms of their own
            from lms.scheduling.occupying import release
            from lms.scheduling.queries import sessions_of

            await release(session, [meeting.id for meeting in (await sessions_of(session, [run.id]))[run.id]])

    async def want(run: Run) -> bool:
        try:
            await add(planner, run, tablets(shelf, 2))
        except DevicesMissing:
            return False
        return True

    served = await asyncio.gather(*map(want, runs))

    assert sorted(served) == [False, False, True, True]
    assert await held(house) == {"0001": 1, "0002": 1, "0003": 1, "0004": 1}


async def test_a_repair_gives_the_sessions_another_unit_where_there_is_one(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare, clock: FixedClock
) -> None:
    shelf, run = await stock(house, units=3), await office.run(sessions=3)  # 8, 15, 22 December
    await add(planner, run, tablets(shelf, 2))
    period, key = Period(clock(), clock() + timedelta(days=14)), uuid4()

    foreseen = await care.foresee(TEAM, device_id=shelf.units[0].id, period=period)
    for _ in range(2):
        await care.book_repair(
            TEAM, device_id=shelf.units[0].id, key=key, period=period, note="Display", seen=foreseen.mark
        )

    assert [promise.instead and promise.instead.number for promise in foreseen.promises] == ["0003", "0003"]
    assert await held(house) == {"0001": 1, "0002": 3, "0003": 2}
    with pytest.raises(InRepairAlready):
        await care.book_repair(TEAM, device_id=shelf.units[0].id, key=uuid4(), period=period, note="")


async def test_where_there_is_none_the_runs_need_says_why_it_is_short(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare, clock: FixedClock
) -> None:
    shelf, run = await stock(house, units=2), await office.run()
    key = await add(planner, run, tablets(shelf, 2))
    period = Period(clock(), clock() + timedelta(days=14))

    await care.book_repair(TEAM, device_id=shelf.units[0].id, key=uuid4(), period=period, note="Display")
    short = await planner.equip_again(TEAM, run_id=run.id)

    assert (await one(house, RunNeed, key)).note == "0001: Display"
    assert await held(house) == {"0002": 2}
    assert [(found[0].wanted, found[0].found) for found in short.values()] == [(2, 1)] * 2


async def test_what_follows_is_looked_at_again_before_it_is_saved(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare, clock: FixedClock
) -> None:
    shelf, run = await stock(house, units=2), await office.run()
    period = Period(clock(), clock() + timedelta(days=14))
    foreseen = await care.foresee(TEAM, device_id=shelf.units[0].id, period=period)
    await add(planner, run, tablets(shelf, 1))

    with pytest.raises(Stale):
        await care.book_repair(
            TEAM, device_id=shelf.units[0].id, key=uuid4(), period=period, note="", seen=foreseen.mark
        )


async def test_a_repair_is_prolonged_and_ended(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare, clock: FixedClock
) -> None:
    shelf, run = await stock(house, units=2), await office.run(sessions=3)
    await add(planner, run, tablets(shelf, 1))
    unit = shelf.units[0].id
    period = Period(clock(), clock() + timedelta(days=7))
    repair = await care.book_repair(TEAM, device_id=unit, key=uuid4(), period=period, note="Display")

    with pytest.raises(Stale):
        await care.change_repair(TEAM, repair_id=repair.id, ends_at=period.end, note="", seen_ends_at=clock())
    with pytest.raises(EndsBeforeItBegins):
        await care.change_repair(
            TEAM, repair_id=repair.id, ends_at=period.start, note="", seen_ends_at=period.end
        )
    later = period.end + timedelta(days=7)
    await care.change_repair(TEAM, repair_id=repair.id, ends_at=later, note="Akku", seen_ends_at=period.end)
    prolonged = await held(house)
    clock.forward(days=1)
    for _ in range(2):
        await care.end_repair(TEAM, repair_id=repair.id, condition="worn")

    assert prolonged == {"0001": 1, "0002": 2}
    assert (await one(house, Reservation, repair.id)).ends_at == clock()
    assert (await one(house, Device, unit)).condition == "worn"


async def test_what_is_lent_cannot_be_repaired(house: Around, care: DeviceCare, clock: FixedClock) -> None:
    shelf = await stock(house, units=2)
    period = Period(clock(), clock() + timedelta(days=7))
    async with house.begin() as session:
        await reserve(
            session,
            [Claim(period=period, device_id=shelf.units[0].id)],
            kind=ReservationKind.LOAN,
            purpose="L-1",
        )

    with pytest.raises(PromisedElsewhere):
        await care.book_repair(TEAM, device_id=shelf.units[0].id, key=uuid4(), period=period, note="")
    with pytest.raises(PromisedElsewhere):
        await care.take_out(TEAM, device_id=shelf.units[0].id, outage=Outage.MISSING, note="")


async def test_a_missing_unit_is_replaced_and_comes_back(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare
) -> None:
    shelf, run = await stock(house, units=2), await office.run()
    await add(planner, run, tablets(shelf, 1))
    unit = shelf.units[0].id

    for _ in range(2):
        await care.take_out(TEAM, device_id=unit, outage=Outage.MISSING, note="Nach dem Kurs")
    gone = (await one(house, Device, unit)).status
    await care.bring_back(TEAM, device_id=unit)

    assert (gone, (await one(house, Device, unit)).status) == (DeviceStatus.MISSING, DeviceStatus.USABLE)
    assert await held(house) == {"0002": 2}


async def test_a_kit_is_checked_in_one_go(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare
) -> None:
    kit = make_kit()
    shelf = await stock(house, units=4, kit=kit)
    part = KitPart(kit_id=kit.id, name="Ladegerät", expected=4, present=4)
    async with house.begin() as session:
        session.add(part)
        (await session.get_one(Device, shelf.units[3].id)).status = DeviceStatus.MISSING
    run = await office.run()
    key = await add(planner, run, Need(count=1, kit_id=kit.id))

    missing = await care.check_kit(
        TEAM,
        kit_id=kit.id,
        there=[shelf.units[1].id, shelf.units[2].id, shelf.units[3].id],
        parts={part.id: (3, "liegt im Auto")},
        version=1,
        why="fehlt",
    )
    with pytest.raises(Stale):
        await care.check_kit(TEAM, kit_id=kit.id, there=[], parts={}, version=1)

    statuses = [(await one(house, Device, unit.id)).status for unit in shelf.units]
    assert missing == ["0001"]
    assert statuses == [DeviceStatus.MISSING] + [DeviceStatus.USABLE] * 3
    assert (await one(house, KitPart, part.id)).present == 3
    assert (await one(house, RunNeed, key)).note == ""
    assert await held(house) == {"0002": 2, "0003": 2, "0004": 2}


async def test_only_those_who_may_do_it(
    house: Around, office: Office, planner: RunDevices, care: DeviceCare
) -> None:
    shelf, run = await stock(house, units=2), await office.run()
    keeper, programme = staff(Identity.RESOURCES), staff(Identity.PROGRAMME)

    with pytest.raises(Forbidden):
        await planner.add_need(keeper, run_id=run.id, key=uuid4(), need=tablets(shelf, 1))
    with pytest.raises(Forbidden):
        await care.take_out(programme, device_id=shelf.units[0].id, outage=Outage.MISSING, note="")
