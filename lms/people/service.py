"""What the team does about persons; every public method is one transaction."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.messaging.models import AddressForm, Channel
from lms.people import policy
from lms.people.ages import Gender
from lms.people.models import Person
from lms.people.rules import matching
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How somebody is called and reached."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    street: str = ""
    postal_code: str = ""
    city: str = ""
    district: str = ""
    language: str = "de"
    channel: Channel = Channel.EMAIL
    address_form: AddressForm = AddressForm.FORMAL
    note: str = ""
    gender: Gender | None = None


class People:
    """Keeping what we know about persons true."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change(self, actor: Actor, *, person_id: UUID, contact: Contact, version: int) -> Person:
        """Write down how somebody is reached. Raises NotFound, Stale when somebody else was quicker.

        The trail says which particulars changed, never what they were (S-81).
        """
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            if person is None:
                raise NotFound
            if person.version != version:
                raise Stale
            changed = [name for name in Contact.__slots__ if getattr(person, name) != getattr(contact, name)]
            if not changed:
                return person
            for name in changed:
                setattr(person, name, getattr(contact, name))
            person.matching = matching(contact.given_name, contact.family_name)
            person.version += 1
            record(
                session, actor, "person.changed", at=self.clock(), kind="person", object_id=person.id,
                person_id=person.id, after={"changed": changed},
            )  # fmt: skip
        return person
