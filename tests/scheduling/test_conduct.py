"""Who teaches children and young people: only somebody whose certificate of conduct was seen (L-34), for nobody otherwise."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from lms.catalogue.models import Audience, CourseAudience
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.copying import Kept
from lms.scheduling.errors import ConductNotSeen
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.errors import ConductPeriod, SeenInFuture
from lms.trainers.models import Trainer
from lms.trainers.service import Trainers
from lms.web.module import Around
from tests.making import make_person, staff
from tests.office import TEAM, Office, open_office

SEEN = date(2026, 12, 1)


@pytest.fixture
async def office(house: Around) -> Office:
    office = await open_office(house)
    async with house.begin() as session:
        session.add(CourseAudience(course_id=office.course.id, audience=Audience.YOUTH))
    return office


@pytest.fixture
async def vera(house: Around) -> Person:
    person = make_person("Vera", "Lindau")
    async with house.begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id))
    return person


async def see(house: Around, person: Person, until: date, *, seen_on: date = SEEN) -> None:
    await Trainers(house).record_conduct(
        TEAM, person_id=person.id, record_id=uuid4(), seen_on=seen_on, valid_until=until
    )


async def test_without_it_a_run_for_young_people_cannot_be_planned_and_with_it_it_can(
    house: Around, office: Office
) -> None:
    with pytest.raises(ConductNotSeen):
        await office.run(sessions=2)  # 8 and 15 December
    await see(house, office.trainer, date(2026, 12, 14))
    with pytest.raises(ConductNotSeen) as refusal:
        await office.run(sessions=2)
    await see(house, office.trainer, date(2026, 12, 15))
    run = await office.run(sessions=2)

    assert refusal.value.params == {"name": "Jonas Krüger", "day": "15.12.2026"}
    assert run.session_count == 2


async def test_nobody_without_it_takes_over_a_run_a_session_or_a_copy(
    house: Around, office: Office, vera: Person
) -> None:
    scheduling, seen = Scheduling(house), str(office.trainer.id)
    await see(house, office.trainer, date(2026, 12, 31))
    run = await office.run(sessions=2)
    async with house.begin.reading() as session:
        first = (await sessions_of(session, [run.id]))[run.id][0]

    with pytest.raises(ConductNotSeen):
        await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=seen)
    with pytest.raises(ConductNotSeen):
        await scheduling.name_session_trainers(TEAM, session_id=first.id, trainer_ids=[vera.id], seen=seen)
    with pytest.raises(ConductNotSeen):  # valid until the end of the year, but the copy is for spring
        await scheduling.copy_run(
            TEAM, run_id=run.id, copy_id=uuid4(), shift_days=84, kept=frozenset({Kept.ROOM, Kept.TRAINERS})
        )
    await see(house, vera, date(2026, 12, 31))
    await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=seen)


async def test_only_dates_are_kept_and_they_have_to_make_sense(house: Around, office: Office) -> None:
    with pytest.raises(SeenInFuture):
        await see(house, office.trainer, date(2027, 1, 1), seen_on=date(2026, 12, 5))
    with pytest.raises(ConductPeriod):
        await see(house, office.trainer, SEEN)
    with pytest.raises(ConductPeriod):
        await see(house, office.trainer, SEEN + timedelta(days=6 * 365))
    with pytest.raises(Forbidden):
        await Trainers(house).record_conduct(
            staff(Identity.ENROLMENT),
            person_id=office.trainer.id,
            record_id=uuid4(),
            seen_on=SEEN,
            valid_until=date(2027, 1, 1),
        )
