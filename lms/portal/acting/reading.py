"""For whom somebody acts, and who acts for them; read with a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.catalogue.models import Course, Run
from lms.enrolment.models import LIVE, Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.mandate_words import allowed
from lms.people.models import (
    Consent,
    Guardianship,
    Household,
    Mandate,
    Membership,
    Person,
    PickUp,
    Purpose,
)
from lms.people.rules import decides_alone, is_minor
from lms.portal.cards import in_language
from lms.portal.desk.words import ACTIONS
from lms.web.language import translated

DEEDS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the reader."""

    person: Person
    kept: Guardianship
    pick_ups: Sequence[PickUp]
    has_photos: bool
    asks_child: bool
    """From 16 on the child itself says whether photos are fine (L-33)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate with the names of both; None where somebody has not said yet who they are."""

    mandate: Mandate
    principal: Person | None
    agent: Person | None

    @property
    def deeds(self) -> Sequence[str]:
        """What it allows."""
        return allowed(self.mandate.allows)

    @property
    def principal_name(self) -> str:
        """Who allows it."""
        return self.principal.name if self.principal else self.mandate.invited_email

    @property
    def agent_name(self) -> str:
        """Who may act."""
        return self.agent.name if self.agent else self.mandate.invited_email

    def state(self, now: datetime, day: date) -> str:
        """asked, unanswered, given, over or ended."""
        one = self.mandate
        if one.ended_at is not None:
            return "ended"
        if one.given_at is None:
            return "asked" if one.asked_until > now else "unanswered"
        return "over" if one.valid_until is not None and one.valid_until < day else "given"


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the reader with everybody in it; `is_head` says whether the reader acts for it."""

    household: Household
    members: Sequence[tuple[Membership, Person]]
    is_head: bool
    adults: frozenset[UUID] = frozenset()
    """Who of them may act for the household."""


@dataclass(frozen=True, slots=True)
class People:
    """The whole page."""

    me: Person
    children: Sequence[Child]
    principals: Sequence[Held]
    agents: Sequence[Held]
    homes: Sequence[Home]
    has_photos: bool
    decides_photos: bool


async def people_of(session: AsyncSession, actor: Actor, day: date) -> People:
    """Everything about the reader; eight statements at most. Raises NotFound."""
    me = await session.get(Person, actor.person_id)
    if me is None:
        raise NotFound
    children = await _children(session, me.id, day)
    held = [one for one in await mandates_with(session, me.id) if one.mandate.ended_at is None]
    homes = await _homes(session, me.id, day)
    return People(
        me=me,
        children=children,
        principals=[one for one in held if one.mandate.agent_id == me.id],
        agents=[one for one in held if one.mandate.principal_id == me.id],
        homes=homes,
        has_photos=me.id in await photographed(session, [me.id]),
        decides_photos=decides_alone(me.birth_date, day),
    )


async def child_of(session: AsyncSession, actor: Actor, child_id: UUID, day: date) -> Child:
    """One child of the reader. Raises NotFound, also for anybody else's."""
    for child in await _children(session, actor.person_id, day):
        if child.person.id == child_id:
            return child
    raise NotFound


async def mandates_with(session: AsyncSession, person_id: UUID | None) -> Sequence[Held]:
    """All mandates in which somebody is one side, the newest first; one statement."""
    return await _mandates(session, or_(Mandate.principal_id == person_id, Mandate.agent_id == person_id))


async def mandate_with(session: AsyncSession, mandate_id: UUID) -> Held:
    """One mandate, whoever asks. Raises NotFound."""
    for held in await _mandates(session, Mandate.id == mandate_id):
        return held
    raise NotFound


async def _mandates(session: AsyncSession, wanted: object) -> Sequence[Held]:
    principal, agent = aliased(Person, name="principal"), aliased(Person, name="agent")
    rows = await session.execute(
        select(Mandate, principal, agent)
        .outerjoin(principal, principal.id == Mandate.principal_id)
        .outerjoin(agent, agent.id == Mandate.agent_id)
        .where(wanted)  # type: ignore[arg-type]
        .order_by(Mandate.asked_at.desc(), Mandate.id)
    )
    return [Held(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that an agent did for a principal."""

    at: datetime
    what: str
    course: str


async def deeds_of(session: AsyncSession, mandate: Mandate) -> Sequence[Deed]:
    """What the agent did while the mandate counted, newest first; one statement."""
    if mandate.given_at is None or mandate.agent_id is None:
        return ()
    rows = await session.execute(
        select(AuditEntry, Course)
        .join(Account, and_(Account.id == AuditEntry.actor_id, Account.person_id == mandate.agent_id))
        .outerjoin(
            Enrolment, and_(AuditEntry.object_kind == "enrolment", Enrolment.id == AuditEntry.object_id)
        )
        .outerjoin(Run, Run.id == Enrolment.run_id)
        .outerjoin(Course, Course.id == Run.course_id)
        .where(
            AuditEntry.person_id == mandate.principal_id,
            AuditEntry.at >= mandate.given_at,
            *([AuditEntry.at <= mandate.ended_at] if mandate.ended_at else []),
            AuditEntry.object_kind == "enrolment",
        )
        .order_by(AuditEntry.number.desc())
        .limit(DEEDS_SHOWN)
    )
    return [
        Deed(
            entry.at,
            translated(ACTIONS.get(entry.action, "")),
            in_language(course.title_de, course.title_en)[0] if entry.object_kind == "enrolment" else "",
        )
        for entry, course in rows
        if entry.action in ACTIONS
    ]


async def has_live_enrolment(session: AsyncSession, person_id: UUID) -> bool:
    """Whether somebody has a place, waits or is asked about one."""
    found = await session.scalar(
        select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.state.in_(LIVE)).limit(1)
    )
    return found is not None


async def photographed(session: AsyncSession, person_ids: Sequence[UUID]) -> set[UUID]:
    """Who of these allows photos."""
    rows = await session.scalars(
        select(Consent.person_id).where(
            Consent.person_id.in_(person_ids),
            Consent.purpose == Purpose.PHOTO,
            Consent.withdrawn_at.is_(None),
        )
    )
    return set(rows)


async def _children(session: AsyncSession, guardian_id: UUID | None, day: date) -> Sequence[Child]:
    rows = (
        await session.execute(
            select(Guardianship, Person)
            .join(Person, Person.id == Guardianship.child_id)
            .where(Guardianship.guardian_id == guardian_id, Guardianship.ended_at.is_(None))
            .order_by(Person.given_name, Person.id)
        )
    ).all()
    rows = [row for row in rows if is_minor(row[1].birth_date, day)]
    ids = [person.id for _, person in rows]
    fetching: dict[UUID, list[PickUp]] = {}
    if ids:
        for one in await session.scalars(
            select(PickUp).where(PickUp.child_id.in_(ids)).order_by(PickUp.name)
        ):
            fetching.setdefault(one.child_id, []).append(one)
    photos = await photographed(session, ids) if ids else set()
    return [
        Child(
            person,
            kept,
            fetching.get(person.id, ()),
            person.id in photos,
            decides_alone(person.birth_date, day),
        )
        for kept, person in rows
    ]


async def _homes(session: AsyncSession, person_id: UUID, day: date) -> Sequence[Home]:
    mine = select(Membership.household_id).where(Membership.person_id == person_id)
    rows = await session.execute(
        select(Household, Membership, Person)
        .join(Membership, Membership.household_id == Household.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Household.id.in_(mine))
        .order_by(Household.name, Person.given_name, Person.id)
    )
    found: dict[UUID, tuple[Household, list[tuple[Membership, Person]]]] = {}
    for household, membership, person in rows:
        found.setdefault(household.id, (household, []))[1].append((membership, person))
    return [
        Home(
            household,
            members,
            any(one.person_id == person_id and one.is_head for one, _ in members),
            frozenset(person.id for _, person in members if not is_minor(person.birth_date, day)),
        )
        for household, members in found.values()
    ]
