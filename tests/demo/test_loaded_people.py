"""Who lives in the demo: names, ages, households, and ways to be reached."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Account, RoleGrant
from lms.demo.data import read_demo
from lms.kernel.rights import STAFF, Identity
from lms.people.ages import age_on
from lms.people.models import Guardianship, Membership, Person
from lms.people.rules import is_minor
from lms.resources.models import Venue
from tests.demo.town import Loaded

DEMO = read_demo()


async def test_there_are_four_hundred_learners_of_whom_sixty_are_minors(town: Loaded) -> None:
    persons = await town.all(Person)
    learners = [person for person in persons if person.birth_date is not None]

    assert len(learners) == 400 + 1  # one is known twice, for the team to find
    assert sum(is_minor(person.birth_date, town.today) for person in learners) == 60
    assert len(persons) - len(learners) == 14 + 4 + 12


async def test_every_child_has_somebody_who_may_consent_and_can_be_reached(town: Loaded) -> None:
    persons = {person.id: person for person in await town.all(Person)}
    guardians: dict[Any, list[Person]] = defaultdict(list)
    for row in await town.all(Guardianship):
        guardians[row.child_id].append(persons[row.guardian_id])
    minors = [person for person in persons.values() if is_minor(person.birth_date, town.today)]

    assert [child.name for child in minors if not guardians[child.id]] == []
    assert [
        child.name
        for child in minors
        if any(is_minor(one.birth_date, town.today) for one in guardians[child.id])
    ] == []


async def test_everybody_of_age_can_be_reached(town: Loaded) -> None:
    grown_up = [person for person in await town.all(Person) if not is_minor(person.birth_date, town.today)]

    assert [person.name for person in grown_up if not (person.email or person.phone)] == []


async def test_each_household_has_one_head_and_somebody_else(town: Loaded) -> None:
    heads: Counter[Any] = Counter()
    sizes: Counter[Any] = Counter()
    for row in await town.all(Membership):
        sizes[row.household_id] += 1
        heads[row.household_id] += row.is_head

    assert set(heads.values()) == {1}
    assert min(sizes.values()) >= 2


async def test_no_address_comes_twice_and_one_name_does(town: Loaded) -> None:
    persons = await town.all(Person)
    emails = [person.email for person in persons if person.email]

    assert len(set(emails)) == len(emails)
    assert len({person.name for person in persons}) == len(persons) - 1


async def test_team_and_trainers_have_accounts_with_their_roles(town: Loaded) -> None:
    async with town.begin.reading() as session:
        rows = await session.execute(
            select(Person.given_name, Person.family_name, RoleGrant.role)
            .join(Account, Account.person_id == Person.id)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
        )
    roles: dict[str, set[Identity]] = defaultdict(set)
    for given_name, family_name, role in rows:
        roles[f"{given_name} {family_name}"].add(role)

    assert sum(found == {Identity.TRAINER} for found in roles.values()) == 14
    assert roles["Matthias Kornau"] == STAFF
    assert roles["Claudia Wegmann"] == {Identity.PROGRAMME, Identity.RESOURCES, Identity.ENROLMENT}
    assert roles["Ralf Hellwig"] == {Identity.ENROLMENT, Identity.FINANCE}
    assert roles["Sevda Yildirim"] == {Identity.ENROLMENT, Identity.CERTIFICATES}


async def test_every_figure_with_an_address_can_sign_in(town: Loaded) -> None:
    emails = {account.email for account in await town.all(Account)}

    assert {figure.email for figure in DEMO.people.figure if figure.email} <= emails


async def test_names_that_people_read_are_right(town: Loaded) -> None:
    async with town.begin.reading() as session:
        figures = {
            person.name: person
            for person in (
                await session.scalars(
                    select(Person).where(Person.email.is_(None) | Person.email.like("%kovalenko%"))
                )
            ).all()
        }
        innovation = (await session.scalars(select(Venue).where(Venue.slug == "innovationszentrum"))).one()

    waltraud, iryna = figures["Waltraud Kersten"], figures["Iryna Kovalenko"]
    assert waltraud.birth_date is not None
    assert (waltraud.matching, waltraud.channel.value, age_on(waltraud.birth_date, town.today)) == (
        "waltraud kersten",
        "post",
        82,
    )
    assert (iryna.language, waltraud.language) == ("en", "de")
    assert innovation.opening_hours == "Mo–Do 8–21:30 Uhr, Fr 8–20 Uhr, Sa–So 9–18 Uhr"
