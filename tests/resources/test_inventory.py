"""The inventory in the database."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.resources.devices.errors import KitNeedsName, NoNumbers, NoSuchNumber, NoSuchThing, NumberTaken
from lms.resources.devices.facts import KitFacts, ModelFacts, UnitFacts, mark_of, unit_facts
from lms.resources.devices.inventory import Inventory
from lms.resources.models import Device, KitPart
from lms.web.module import Around
from tests.inventory import make_kit, stock
from tests.making import BOTH, staff

pytestmark = BOTH
TEAM = staff(Identity.RESOURCES)


@pytest.fixture
def inventory(house: Around) -> Inventory:
    return Inventory(house)


def common(model_id: object) -> UnitFacts:
    return UnitFacts(inventory_number="", model_id=model_id)  # type: ignore[arg-type]


async def test_a_row_of_units_is_recorded_once_however_often_it_is_sent(
    house: Around, inventory: Inventory
) -> None:
    shelf, key = await stock(house, units=1), uuid4()
    numbers = ["0002", "0003"]

    await asyncio.gather(
        *(
            inventory.add_units(TEAM, key=key, numbers=numbers, facts=common(shelf.model.id))
            for _ in range(3)
        ),
        return_exceptions=True,
    )
    await inventory.add_units(TEAM, key=key, numbers=numbers, facts=common(shelf.model.id))

    async with house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Device)) == 3


async def test_a_number_is_given_to_one_device_only(house: Around, inventory: Inventory) -> None:
    shelf = await stock(house, units=2)
    unit = shelf.units[0]

    with pytest.raises(NumberTaken):
        await inventory.add_units(TEAM, key=uuid4(), numbers=["0003", "0002"], facts=common(shelf.model.id))
    facts = UnitFacts(inventory_number="0002", model_id=shelf.model.id)
    with pytest.raises(NumberTaken):
        await inventory.change_unit(TEAM, unit_id=unit.id, facts=facts, version=1)
    with pytest.raises(NoNumbers):
        await inventory.add_units(TEAM, key=uuid4(), numbers=[], facts=common(shelf.model.id))
    with pytest.raises(NoSuchThing):
        await inventory.add_units(TEAM, key=uuid4(), numbers=["0009"], facts=common(uuid4()))

    async with house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Device)) == 2


async def test_who_was_slower_overwrites_nothing(house: Around, inventory: Inventory) -> None:
    shelf = await stock(house, units=1)
    unit, seen = shelf.units[0], mark_of(shelf.model)
    facts = UnitFacts(inventory_number="0001", model_id=shelf.model.id, condition="worn")
    model = ModelFacts(name="Tablet, 12 Zoll", kind="tablet", accessories=("Stift",))

    changed = await inventory.change_unit(TEAM, unit_id=unit.id, facts=facts, version=1)
    await inventory.change_model(TEAM, model_id=shelf.model.id, facts=model, seen=seen)

    assert (changed.version, unit_facts(changed).condition) == (2, "worn")
    with pytest.raises(Stale):
        await inventory.change_unit(TEAM, unit_id=unit.id, facts=facts, version=1)
    with pytest.raises(Stale):
        await inventory.change_model(TEAM, model_id=shelf.model.id, facts=model, seen=seen)


async def test_a_kit_gathers_its_units_and_lets_them_go(house: Around, inventory: Inventory) -> None:
    await stock(house, units=3)
    key = uuid4()
    first = KitFacts(name="Koffer C", numbers=("0001", "0002"), parts=(("Ladegerät", 2), ("Kabel", 1)))
    for _ in range(2):
        kit = await inventory.add_kit(TEAM, key=key, facts=first)
    second = KitFacts(name="Koffer C", numbers=("0002", "0003"), parts=(("Ladegerät", 4),))

    await inventory.change_kit(TEAM, kit_id=kit.id, facts=second, version=1)

    async with house.begin.reading() as session:
        units = await session.scalars(
            select(Device.inventory_number).where(Device.kit_id == kit.id).order_by(Device.inventory_number)
        )
        parts = [(part.name, part.expected, part.present) for part in await session.scalars(select(KitPart))]
        assert (units.all(), parts) == (["0002", "0003"], [("Ladegerät", 4, 4)])
    with pytest.raises(Stale):
        await inventory.change_kit(TEAM, kit_id=kit.id, facts=first, version=1)
    with pytest.raises(NoSuchNumber):
        await inventory.add_kit(TEAM, key=uuid4(), facts=KitFacts(name="D", numbers=("0777",)))
    with pytest.raises(KitNeedsName):
        await inventory.add_kit(TEAM, key=uuid4(), facts=KitFacts(name="koffer c"))


async def test_only_the_keepers_of_rooms_and_devices_write(house: Around, inventory: Inventory) -> None:
    kit = make_kit()
    await stock(house, units=1, kit=kit)

    with pytest.raises(Forbidden):
        await inventory.add_kit(staff(Identity.PROGRAMME), key=uuid4(), facts=KitFacts(name="D"))
