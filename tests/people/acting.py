"""What stories about acting for others need: a daughter, her mother, and a look at what somebody may do right now."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.accounts.queries import Capacities, capacities_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.mandates import Limits, Mandates, Member
from lms.people.models import Mandate, MandateScope, Person
from tests.making import learner, make_person

SEE, ENROL, CANCEL, LETTERS = MandateScope
TODAY = date(2026, 12, 4)
MOTHER = Member(
    given_name="Ilse", family_name="Berger", birth_date=date(1948, 5, 9), street="Markt 1", postal_code="39340",
    city="Haldensleben",
)  # fmt: skip


async def daughter_of(begin: Begin, **given: object) -> Person:
    """Somebody with an e-mail address, in the database."""
    person = make_person("Katja", "Berger", **given)
    async with begin() as session:
        session.add(person)
    return person


async def mother_known(begin: Begin) -> Person:
    """Somebody without e-mail whom the centre knows already."""
    person = make_person(
        "Ilse", "Berger", email=None, birth_date=date(1948, 5, 9), phone="+493904555", street="Hinterhof 9",
        postal_code="39340", city="Haldensleben", channel="post",
    )  # fmt: skip
    async with begin() as session:
        session.add(person)
    return person


async def signed(
    mandates: Mandates,
    actor: Actor,
    principal: UUID,
    agent: UUID,
    *scopes: MandateScope,
    until: date | None = None,
) -> UUID:
    """A signed paper, recorded by staff; gives the mandate's id."""
    mandate_id = uuid4()
    await mandates.record_paper(
        actor, mandate_id=mandate_id, principal_id=principal, agent_id=agent,
        limits=Limits(scopes=scopes, until=until), seen_on=TODAY, wording="So ist es.",
    )  # fmt: skip
    return mandate_id


async def capacities(begin: Begin, person: Person, day: date = TODAY) -> Capacities:
    """What somebody may do for others on this day, read as at every request."""
    async with begin.reading() as session:
        return await capacities_of(session, uuid4(), person.id, day)


async def at_the_door(begin: Begin, person: Person, day: date = TODAY) -> Actor:
    """Somebody as they come in now."""
    now = await capacities(begin, person, day)
    actor = replace(learner(person), acts_for=now.acts_for, wards=now.wards, granted=now.granted)
    return replace(actor, identities=actor.identities | {Identity.GUARDIAN}) if now.wards else actor


async def mandate(begin: Begin, mandate_id: UUID) -> Mandate:
    """As it is in the database."""
    async with begin.reading() as session:
        return await session.get_one(Mandate, mandate_id)


async def letters(begin: Begin, kind: str = "") -> list[tuple[str, str]]:
    """To whom letters were written, and by which way; of one kind."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Letter).where(Letter.kind == kind if kind else Letter.kind != "").order_by(Letter.to_name)
        )
        return [(one.to_name or one.to_address, one.channel.value) for one in rows]
