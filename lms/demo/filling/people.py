"""Rows for everybody: learners with their households, companies with contacts, trainers, the team, and their accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms.accounts.models import Account, RoleGrant
from lms.demo.filling.crowd import Family, Inventor, Learner, Register
from lms.demo.filling.ground import Ground
from lms.demo.shapes import people as shapes
from lms.demo.shapes import programme
from lms.demo.shapes.words import Permission
from lms.kernel.actor import Actor
from lms.kernel.rights import STAFF, Identity
from lms.messaging.models import Channel
from lms.people.mandate_words import wording
from lms.people.models import (
    Company,
    CompanyContact,
    Guardianship,
    Household,
    Mandate,
    MandateScope,
    MandateWay,
    Membership,
    Person,
    PickUp,
)
from lms.people.rules import MAJORITY, matching, written
from lms.trainers.models import ConductRecord, Trainer
from lms.web.language import use_locale

WORKING_AGE = range(18, 66)
HAS_ACCOUNT_PERCENT = 30
ALONE_HOME_AGE = 12
GRANDMOTHER = "Renate Kolbe"
HER_PHONE = "+493904000498"
MANDATE_SIGN = "KRS7HP"
CONDUCT_YEARS = timedelta(days=3 * 365)
YEARS_AGO = timedelta(days=800)
PERMISSIONS: dict[Permission, Identity] = {
    "programme": Identity.PROGRAMME,
    "enrolment": Identity.ENROLMENT,
    "finance": Identity.FINANCE,
    "certificates": Identity.CERTIFICATES,
    "resources": Identity.RESOURCES,
}


@dataclass(frozen=True, slots=True)
class Employer:
    """A company and the person who acts for it."""

    company: Company
    contact: Person


@dataclass(slots=True)
class Everybody:
    """Who there is. Trainers, team and employers by their keys, accounts by their persons."""

    register: Register
    employers: dict[str, Employer]
    trainers: dict[str, Person]
    team: dict[str, Person]
    staff: Sequence[shapes.StaffMember]
    accounts: dict[UUID, Account]

    def member(self, key: str) -> Actor:
        """Somebody of the team, as the one who acts."""
        person, member = self.team[key], next(one for one in self.staff if one.key == key)
        return Actor(
            identities=frozenset(_roles(member)),
            account_id=self.account_of(person),
            person_id=person.id,
            name=person.name,
        )

    def account_of(self, person: Person) -> UUID:
        """The account of somebody who has one."""
        return self.accounts[person.id].id


async def fill_people(ground: Ground) -> Everybody:
    """Write all persons and what joins them."""
    register = Inventor(ground).register()
    employers = {one.key: _employer(ground, one, register) for one in ground.demo.people.company}
    trainers = {
        one.key: _employee(ground, one.given_name, one.family_name, one.email, one.phone)
        for one in ground.demo.trainers
    }
    team = {
        one.key: _employee(ground, one.given_name, one.family_name, one.email)
        for one in ground.demo.people.staff
    }
    learners = [learner.person for learner in register.learners]
    contacts = [one.contact for one in employers.values() if one.contact not in learners]
    await ground.put([*learners, *contacts, *trainers.values(), *team.values()])
    await ground.put(one.company for one in employers.values())
    _employ(ground, register)
    await _join_households(ground, register.families)
    await _join_companies(ground, employers)
    await ground.put(_trainer(ground, one, trainers[one.key]) for one in ground.demo.trainers)
    await ground.put(_conduct(ground, person) for person in list(trainers.values())[:-1])
    accounts = await _open_accounts(ground, register, contacts, trainers, team)
    return Everybody(register, employers, trainers, team, ground.demo.people.staff, accounts)


def _employer(ground: Ground, company: shapes.Company, register: Register) -> Employer:
    contact = company.contact
    figure = next(
        (
            one.person
            for one in register.figures.values()
            if one.figure and one.figure.contact_of == company.key
        ),
        None,
    )
    person = figure or _employee(
        ground, contact.given_name, contact.family_name, contact.email, contact.phone
    )
    if figure is None:
        person.street, person.postal_code, person.city = company.street, company.postal_code, company.city
    return Employer(
        company=Company(
            id=ground.key(),
            name=company.name,
            trade=company.trade_de,
            street=company.street,
            postal_code=company.postal_code,
            city=company.city,
            invoice_email=company.invoice_email,
        ),
        contact=person,
    )


def _employee(
    ground: Ground, given_name: str, family_name: str, email: str, phone: str | None = None
) -> Person:
    return Person(
        id=ground.key(),
        given_name=given_name,
        family_name=family_name,
        matching=matching(given_name, family_name),
        created_at=ground.now - YEARS_AGO,
        email=email,
        phone=phone,
        channel=Channel.EMAIL,
    )


def _employ(ground: Ground, register: Register) -> None:
    """Say which learners of working age work where; those in families go on being parents."""
    in_families = {learner for family in register.families for learner in family.members}
    free = [
        learner
        for learner in register.learners
        if learner.figure is None and learner not in in_families and learner.age in WORKING_AGE
    ]
    ground.chance.shuffle(free)
    for company in ground.demo.people.company:
        there = sum(learner.company == company.key for learner in register.learners)
        for _ in range(company.employees - there):
            free.pop().company = company.key


async def _join_households(ground: Ground, families: Sequence[Family]) -> None:
    households = [Household(id=ground.key(), name=family.name) for family in families]
    await ground.put(households)
    rows: list[Membership | Guardianship | PickUp | Mandate] = []
    for household, family in zip(households, families, strict=True):
        principals = _principals(family)
        for position, member in enumerate(family.members):
            rows.append(
                Membership(
                    id=ground.key(),
                    household_id=household.id,
                    person_id=member.person.id,
                    is_head=member in principals if principals else position == 0,
                )
            )
            rows += [_guardianship(ground, guardian, member) for guardian in member.guardians]
            if member.figure and member.guardians:
                rows.append(
                    PickUp(id=ground.key(), child_id=member.person.id, name=GRANDMOTHER, phone=HER_PHONE)
                )
        rows += [_mandate(ground, one.person, family.members[0].person) for one in principals]
    await ground.put(rows)


def _principals(family: Family) -> list[Learner]:
    """Adults for whom a figure acts: not as head of a household, but with a mandate."""
    children = {key for one in family.members if one.figure for key in one.figure.guardian_of}
    acted_for = {key for one in family.members if one.figure for key in one.figure.acts_for} - children
    return [one for one in family.members if one.figure and one.figure.key in acted_for]


def _mandate(ground: Ground, principal: Person, agent: Person) -> Mandate:
    """Signed on paper a while ago; it lets the agent see, enrol and read along, but not cancel."""
    scopes = [MandateScope.SEE, MandateScope.ENROL, MandateScope.LETTERS]
    given_at = ground.now - timedelta(days=100)
    with use_locale("de"):
        words = wording(principal.name, agent.name, scopes, None)
    return Mandate(
        id=ground.key(),
        scopes=written(scopes),
        reference=MANDATE_SIGN,
        asked_at=given_at,
        asked_until=given_at + timedelta(days=14),
        principal_id=principal.id,
        agent_id=agent.id,
        way=MandateWay.PAPER,
        wording=words,
        given_at=given_at,
        paper_seen_on=given_at.date(),
    )


def _guardianship(ground: Ground, guardian: Person, child: Learner) -> Guardianship:
    return Guardianship(
        id=ground.key(),
        guardian_id=guardian.id,
        child_id=child.person.id,
        emergency_phone=guardian.phone or "",
        may_go_home_alone=child.age >= ALONE_HOME_AGE,
        joint_since=ground.now - YEARS_AGO,
    )


async def _join_companies(ground: Ground, employers: dict[str, Employer]) -> None:
    await ground.put(
        CompanyContact(id=ground.key(), company_id=one.company.id, person_id=one.contact.id)
        for one in employers.values()
    )


def _trainer(ground: Ground, trainer: programme.Trainer, person: Person) -> Trainer:
    return Trainer(
        id=ground.key(),
        person_id=person.id,
        bio_de=trainer.bio_de,
        bio_en=trainer.bio_en,
        qualifications=[f"{one.title_de} ({one.year})" for one in trainer.qualification],
        is_public=True,
        topics=list(trainer.topics),
    )


def _conduct(ground: Ground, person: Person) -> ConductRecord:
    """Everybody's certificate of conduct was seen, save the newest trainer's."""
    seen_on = (ground.now - timedelta(days=200)).date()
    return ConductRecord(
        id=ground.key(),
        person_id=person.id,
        seen_on=seen_on,
        valid_until=seen_on + CONDUCT_YEARS,
        recorded_at=ground.now - timedelta(days=200),
    )


async def _open_accounts(
    ground: Ground,
    register: Register,
    contacts: Iterable[Person],
    trainers: dict[str, Person],
    team: dict[str, Person],
) -> dict[UUID, Account]:
    heads = {family.members[0] for family in register.families}
    holders = [
        learner.person
        for learner in register.learners
        if learner.person.email
        and (
            learner.figure
            or learner in heads
            or (learner.age >= MAJORITY and ground.happens(HAS_ACCOUNT_PERCENT))
        )
    ]
    since = ground.now - YEARS_AGO
    accounts = {
        person.id: _account(ground, person, max(since, person.created_at))
        for person in (*holders, *contacts, *trainers.values(), *team.values())
    }
    await ground.put(accounts.values())
    grants = [(accounts[person.id], Identity.TRAINER) for person in trainers.values()]
    for member in ground.demo.people.staff:
        account = accounts[team[member.key].id]
        grants += [(account, role) for role in sorted(_roles(member))]
    await ground.put(RoleGrant(id=ground.key(), account_id=account.id, role=role) for account, role in grants)
    return accounts


def _account(ground: Ground, person: Person, since: datetime) -> Account:
    return Account(id=ground.key(), person_id=person.id, email=person.email or "", created_at=since)


def _roles(member: shapes.StaffMember) -> frozenset[Identity]:
    if member.role == "administrator":
        return STAFF
    return frozenset(PERMISSIONS[one] for one in member.permissions)
