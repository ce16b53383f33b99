"""The same form sent twice at the same moment makes one thing, on both databases, and neither click gets an error page."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from lms.booking.tariffs import GroupFacts, Tariffs
from lms.db import Begin
from lms.lending.service import Lending
from lms.people.models import Person
from lms.resources.devices.facts import KitFacts
from lms.resources.devices.inventory import Inventory
from lms.scheduling.service import Scheduling
from lms.scheduling.service.todo import PatternFacts
from lms.trainers.models import Trainer
from lms.trainers.service import Trainers
from lms.web.module import Around
from tests.making import BOTH, MOMENT, make_person, staff

pytestmark = BOTH
TEAM = staff()
Click = Callable[[], Awaitable[object]]


@pytest.fixture
async def trainer(begin: Begin) -> Person:
    person = make_person("Jonas", "Krüger")
    async with begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id))
    return person


def absence(house: Around, person: Person) -> Click:
    key, at = uuid4(), MOMENT + timedelta(days=1)
    return lambda: Trainers(house).add_absence(
        TEAM, person_id=person.id, absence_id=key, starts_at=at, ends_at=at + timedelta(days=1)
    )


def pattern(house: Around, _person: Person) -> Click:
    key, facts = uuid4(), PatternFacts("Aushang drucken", 7)
    return lambda: Scheduling(house).add_pattern(TEAM, pattern_id=key, facts=facts)


def block(house: Around, person: Person) -> Click:
    key = uuid4()
    return lambda: Lending(house).block(
        TEAM, person_id=person.id, reason="Tablet verloren", until=date(2027, 1, 15), block_id=key
    )


def group(house: Around, _person: Person) -> Click:
    key, facts = uuid4(), GroupFacts(name_de="Vereine", name_en="Clubs")
    return lambda: Tariffs(house).add(TEAM, facts, group_id=key)


def kit(house: Around, _person: Person) -> Click:
    key, facts = uuid4(), KitFacts(name="Koffer Nord")
    return lambda: Inventory(house).add_kit(TEAM, key=key, facts=facts)


@pytest.mark.parametrize("form", [absence, pattern, block, group, kit])
async def test_a_form_sent_several_times_at_once_is_done_once(
    house: Around, trainer: Person, form: Callable[[Around, Person], Click]
) -> None:
    click = form(house, trainer)

    made = await asyncio.gather(*(click() for _ in range(5)))

    assert len({getattr(one, "id", None) for one in made}) == 1
