"""Finding out who asks: somebody we know by name and address, or somebody new. Nothing that we know is overwritten."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.booking.values import Contact
from lms.enrolment.rules import folded_email
from lms.kernel.actor import Actor
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.people.rules import matching


async def known_booker(session: AsyncSession, contact: Contact) -> Person | None:
    """The person of this name with this e-mail address or telephone number, the oldest record first."""
    email, phone = folded_email(contact.email or None), contact.phone.strip()
    if not (email or phone):
        return None
    found = await session.scalars(
        select(Person)
        .where(
            Person.matching == matching(contact.given_name, contact.family_name),
            Person.merged_into_id.is_(None),
        )
        .order_by(Person.created_at, Person.id)
    )
    # a letter goes to the address that is known: it has to be the one that was typed, where one was
    return next(
        (
            person
            for person in found
            if (email is not None and person.email == email)
            or (email is None and person.email is None and person.phone == phone)
        ),
        None,
    )


async def booker_of(session: AsyncSession, actor: Actor, contact: Contact, *, at: datetime) -> Person:
    """Who books: known, or written down now."""
    return await known_booker(session, contact) or await new_person(session, actor, contact, at=at)


async def new_person(session: AsyncSession, actor: Actor, contact: Contact, *, at: datetime) -> Person:
    """Somebody whom we do not know, written down now."""
    email = folded_email(contact.email or None)
    person = Person(
        given_name=contact.given_name.strip(),
        family_name=contact.family_name.strip(),
        matching=matching(contact.given_name, contact.family_name),
        created_at=at,
        email=email,
        phone=contact.phone.strip() or None,
        street=contact.street.strip(),
        postal_code=contact.postal_code.strip(),
        city=contact.city.strip(),
        language=contact.language,
        channel=Channel.EMAIL if email else Channel.POST,
    )
    session.add(person)
    await session.flush()
    record(
        session, actor, "person.made", at=at, kind="person", object_id=person.id, person_id=person.id
    )  # fmt: skip
    return person
