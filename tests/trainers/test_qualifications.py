"""Qualifications with an end block whoever lacks them, wherever somebody is assigned or looked for (F-H14)."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Audience, CourseAudience, CourseTopic
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.scheduling.demands import Ground
from lms.scheduling.errors import QualificationMissing, Taken
from lms.scheduling.queries import run_of, sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.service.assigning import listed
from lms.scheduling.stand_ins import candidates
from lms.trainers.models import ConductRecord, Trainer
from lms.trainers.qualifications.errors import EndsBeforeSeen, KindThere
from lms.trainers.qualifications.queries import expiring
from lms.trainers.qualifications.service import Qualifications
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person, staff
from tests.office import TEAM, Office, open_office

pytestmark = BOTH
TODAY = date(2026, 12, 4)


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def make_trainer(house: Around, name: str, *topics: str) -> Person:
    person = make_person(name, "Lindau", email=f"{name.lower()}@example.com")
    async with house.begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id, topics=list(topics)))
    return person


async def first_aid(house: Around, **required: object) -> UUID:
    """A kind that is required for something."""
    book, kind_id = Qualifications(house), uuid4()
    await book.add_kind(TEAM, kind_id=kind_id, name="Erste Hilfe", valid_months=24)
    await book.require(TEAM, kind_id=kind_id, **required)  # type: ignore[arg-type]
    return kind_id


async def seen(house: Around, person: Person, kind_id: UUID, until: date | None) -> UUID:
    record_id = uuid4()
    await Qualifications(house).record_seen(
        TEAM, person_id=person.id, record_id=record_id, kind_id=kind_id, seen_on=date(2026, 1, 1), valid_until=until
    )  # fmt: skip
    return record_id


async def test_nobody_is_assigned_without_what_the_course_requires(house: Around, office: Office) -> None:
    run = await office.run()
    kind_id = await first_aid(house, course_id=office.course.id)
    vera = await make_trainer(house, "Vera")
    wanted = {
        "run_id": run.id,
        "trainer_ids": [office.trainer.id, vera.id],
        "seen": listed([office.trainer.id]),
    }
    with pytest.raises(QualificationMissing):
        await Scheduling(house).name_trainers(TEAM, **wanted)  # type: ignore[arg-type]
    record = await seen(house, vera, kind_id, date(2026, 12, 14))  # the day before the last session
    with pytest.raises(QualificationMissing):
        await Scheduling(house).name_trainers(TEAM, **wanted)  # type: ignore[arg-type]
    await Qualifications(house).remove_record(TEAM, person_id=vera.id, record_id=record)
    await seen(house, vera, kind_id, date(2026, 12, 15))
    await Scheduling(house).name_trainers(TEAM, **wanted)  # type: ignore[arg-type]


async def test_topics_and_audiences_require_it_as_well_and_a_retired_kind_nothing(
    house: Around, office: Office
) -> None:
    async with house.begin() as session:
        session.add(CourseTopic(course_id=office.course.id, topic_id=office.topic.id))
        session.add(CourseAudience(course_id=office.course.id, audience=Audience.SENIORS))
    kind_id = await first_aid(house, topic_id=office.topic.id)
    with pytest.raises(QualificationMissing):
        await office.run()
    await Qualifications(house).require(TEAM, kind_id=kind_id, audience=Audience.SENIORS)
    await Qualifications(house).retire_kind(TEAM, kind_id=kind_id, is_retired=True)
    await office.run()


async def test_a_substitute_without_it_is_shown_with_the_reason(house: Around, office: Office) -> None:
    async with house.begin() as session:
        session.add(CourseTopic(course_id=office.course.id, topic_id=office.topic.id))
    run = await office.run()
    kind_id = await first_aid(house, course_id=office.course.id)
    lena, hanna = [await make_trainer(house, name, "geraete") for name in ("Lena", "Hanna")]
    await seen(house, hanna, kind_id, None)
    async with house.begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]
        found = await candidates(session, meeting, await run_of(session, run.id), Ground("ST", 30))
    in_the_way = {one.person.id: [clash.taken for clash in one.in_the_way] for one in found}
    assert in_the_way == {hanna.id: [], lena.id: [Taken.QUALIFICATION]}


async def test_kinds_have_one_name_and_records_an_order_of_days(house: Around, office: Office) -> None:
    kind_id = await first_aid(house, course_id=office.course.id)
    with pytest.raises(KindThere):
        await Qualifications(house).add_kind(TEAM, kind_id=uuid4(), name=" Erste  Hilfe ", valid_months=None)
    with pytest.raises(EndsBeforeSeen):
        await seen(house, office.trainer, kind_id, date(2025, 12, 31))
    with pytest.raises(Forbidden):
        await Qualifications(house).retire_kind(staff(Identity.FINANCE), kind_id=kind_id, is_retired=True)


async def test_what_ends_is_listed_and_told_once_the_certificate_of_conduct_included(
    house: Around, office: Office, clock: FixedClock
) -> None:
    kind_id = await first_aid(house, course_id=office.course.id)
    vera, renewed = await make_trainer(house, "Vera"), await make_trainer(house, "Rita")
    await seen(house, vera, kind_id, TODAY + timedelta(days=60))
    await seen(house, office.trainer, kind_id, TODAY + timedelta(days=61))
    await seen(house, renewed, kind_id, TODAY + timedelta(days=3))
    await seen(house, renewed, kind_id, None)
    async with house.begin() as session:
        session.add(
            ConductRecord(
                person_id=vera.id, seen_on=date(2024, 1, 1), valid_until=TODAY + timedelta(days=5), recorded_at=clock()
            )
        )  # fmt: skip
    async with house.begin.reading() as session:
        found = [(one.person.id, one.name) for one in await expiring(session, TODAY, days=60)]
    assert found == [(vera.id, ""), (vera.id, "Erste Hilfe")]
    assert [await Qualifications(house).warn() for _ in range(2)] == [2, 0]
    async with house.begin.reading() as session:
        told = (
            await session.scalars(select(Letter.person_id).where(Letter.kind == "qualification_ends"))
        ).all()
    assert told == [vera.id, vera.id]
