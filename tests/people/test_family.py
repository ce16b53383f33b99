"""Children and the household: who decides, until when, and what the course leader has to know."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.errors import NotFound, Stale
from lms.people.errors import BornInFuture, JointNeeded, LastHead, NotDecidedHere, NotUnderAge, TooManyPersons
from lms.people.family import ChildDetails, Family
from lms.people.guardians import Guardians
from lms.people.majority import greet_adults
from lms.people.models import Consent, Guardianship, Household, Membership, Person, PickUp
from lms.people.rules import MOST_CHILDREN
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_person, staff
from tests.people.acting import TODAY, at_the_door, capacities, daughter_of, letters

pytestmark = BOTH
TEAM = staff()
LENA = ChildDetails(
    given_name="Lena", family_name="Berger", birth_date=date(2012, 3, 7), emergency_phone="+4939041",
    may_go_home_alone=False, pick_ups=[("Oma Berger", "+4939042")], decides_for_both=True,
)  # fmt: skip


@pytest.fixture
def family(house: Around) -> Family:
    return Family(house)


@pytest.fixture
def guardians(house: Around) -> Guardians:
    return Guardians(house)


async def test_a_parent_adds_a_child_and_says_who_may_fetch_it(family: Family, begin: Begin) -> None:
    parent, child_id = await daughter_of(begin, street="Markt 1"), uuid4()

    for _ in range(2):
        await family.add_child(learner(parent), child_id=child_id, details=LENA)
    await family.change_child(
        await at_the_door(begin, parent),
        child_id=child_id,
        version=1,
        details=replace(LENA, may_go_home_alone=True, birth_date=date(2015, 1, 1), pick_ups=[("Opa", "")]),
    )

    async with begin.reading() as session:
        child = await session.get_one(Person, child_id)
        kept = (await session.scalars(select(Guardianship))).one()
        fetching = (await session.scalars(select(PickUp.name))).all()
    assert (await capacities(begin, parent)).wards == {child_id}
    assert (child.birth_date, child.street) == (date(2012, 3, 7), "Markt 1")
    assert (kept.may_go_home_alone, kept.joint_since is not None, fetching) == (True, True, ["Opa"])
    with pytest.raises(Stale):
        await family.change_child(
            await at_the_door(begin, parent), child_id=child_id, version=1, details=LENA
        )


async def test_nonsense_and_too_many_children_are_refused_in_words(family: Family, begin: Begin) -> None:
    parent = await daughter_of(begin)

    async def add(**changed: object) -> None:
        details = replace(LENA, **changed)  # type: ignore[arg-type]
        await family.add_child(learner(parent), child_id=uuid4(), details=details)

    with pytest.raises(BornInFuture):
        await add(birth_date=TODAY + timedelta(days=1))
    with pytest.raises(NotUnderAge):
        await add(birth_date=date(2008, 12, 4))
    with pytest.raises(JointNeeded):
        await add(decides_for_both=False)
    for _ in range(MOST_CHILDREN):
        await add()
    with pytest.raises(TooManyPersons):
        await add()

    async with begin.reading() as session:
        count = await session.scalar(select(func.count()).select_from(Guardianship))
    assert count == MOST_CHILDREN


async def test_somebody_elses_child_is_a_missing_one(family: Family, begin: Begin) -> None:
    parent, child_id = await daughter_of(begin), uuid4()
    await family.add_child(learner(parent), child_id=child_id, details=LENA)
    stranger = make_person("Ben", "Fremd")
    async with begin() as session:
        session.add(stranger)

    with pytest.raises(NotFound):
        await family.change_child(learner(stranger), child_id=child_id, version=1, details=LENA)
    with pytest.raises(NotFound):
        await family.let_go(learner(stranger), child_id=child_id)
    with pytest.raises(NotFound):
        await family.add_child(learner(stranger), child_id=child_id, details=LENA)
    with pytest.raises(NotFound):
        await family.decide_photos(learner(stranger), person_id=child_id, allowed=True, wording="Ja")


async def test_on_the_birthday_at_midnight_here_access_ends_and_both_are_told(
    family: Family, begin: Begin, house: Around, clock: FixedClock
) -> None:
    parent, child_id = await daughter_of(begin), uuid4()
    async with begin() as session:  # also in the parent's household, whose head acts for everybody else
        home = Household(name="Berger")
        session.add(home)
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=parent.id, is_head=True))
    await family.add_child(
        learner(parent), child_id=child_id, details=replace(LENA, birth_date=date(2008, 12, 10))
    )
    async with begin() as session:
        session.add(Membership(household_id=home.id, person_id=child_id))

    clock.moment = datetime(2026, 12, 9, 22, 59, tzinfo=UTC)
    before = await greet_adults(house), (await capacities(begin, parent, date(2026, 12, 9))).acts_for
    clock.forward(minutes=1)
    after = await greet_adults(house), (await capacities(begin, parent, date(2026, 12, 10))).acts_for
    again = await greet_adults(house)

    async with begin.reading() as session:
        fetching = await session.scalar(select(func.count()).select_from(PickUp))
        told = (await session.scalars(select(Job.kind).where(Job.kind == "event:GuardianshipEnded"))).all()
    assert (before, after, again) == ((0, frozenset({child_id})), (1, frozenset()), 0)
    assert (fetching, len(told)) == (0, 1)
    assert await letters(begin, "came_of_age") == [("Katja Berger", "email"), ("Lena Berger", "post")]


async def test_who_no_longer_decides_is_refused_at_the_next_click(
    family: Family, guardians: Guardians, begin: Begin
) -> None:
    parent, child_id = await daughter_of(begin), uuid4()
    await family.add_child(learner(parent), child_id=child_id, details=LENA)
    before = await at_the_door(begin, parent)

    await guardians.end(TEAM, guardian_id=parent.id, child_id=child_id, reason="Beschluss gesehen")

    after = await at_the_door(begin, parent)
    assert before.may_for(child_id, "R", "enrolment")
    assert not after.may_for(child_id, "R", "enrolment")
    await guardians.name(TEAM, guardian_id=parent.id, child_id=child_id, emergency_phone="")
    assert (await capacities(begin, parent)).wards == {child_id}


async def test_photos_are_decided_by_the_guardian_below_sixteen_and_then_by_oneself(
    family: Family, begin: Begin
) -> None:
    parent, young, old = await daughter_of(begin), uuid4(), uuid4()
    await family.add_child(learner(parent), child_id=young, details=LENA)
    await family.add_child(
        learner(parent), child_id=old, details=replace(LENA, birth_date=date(2010, 1, 1), given_name="Tim")
    )
    actor = await at_the_door(begin, parent)
    tim = replace(actor, person_id=old, wards=frozenset(), acts_for=frozenset())

    await family.decide_photos(actor, person_id=young, allowed=True, wording="Ja, Fotos.")
    await family.decide_photos(tim, person_id=old, allowed=True, wording="Ja, Fotos.")
    await family.decide_photos(tim, person_id=old, allowed=False, wording="")
    with pytest.raises(NotDecidedHere):
        await family.decide_photos(actor, person_id=old, allowed=True, wording="Ja")
    with pytest.raises(NotDecidedHere):
        await family.decide_photos(
            replace(actor, person_id=young), person_id=young, allowed=True, wording="Ja"
        )

    async with begin.reading() as session:
        rows = (await session.scalars(select(Consent))).all()
    found = {one.person_id: one.withdrawn_at is None for one in rows}
    assert found == {young: True, old: False}


async def test_a_household_is_left_and_never_without_somebody_who_acts(family: Family, begin: Begin) -> None:
    ada, ben, stranger = (make_person(name, "Muster") for name in ("Ada", "Ben", "Eva"))
    home = Household(name="Muster")
    async with begin() as session:
        session.add_all([ada, ben, stranger, home])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=ada.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=ben.id))

    with pytest.raises(LastHead):
        await family.leave(learner(ada), household_id=home.id, person_id=ada.id)
    for outsider in (stranger, ben):
        with pytest.raises(NotFound):
            await family.name_head(learner(outsider), household_id=home.id, person_id=outsider.id)
    with pytest.raises(NotFound):
        await family.leave(learner(ben), household_id=home.id, person_id=ada.id)
    before = (await capacities(begin, ada)).acts_for
    await family.name_head(learner(ada), household_id=home.id, person_id=ben.id)
    await family.leave(learner(ada), household_id=home.id, person_id=ada.id)

    assert before == {ben.id}
    assert (await capacities(begin, ada)).acts_for == frozenset()
