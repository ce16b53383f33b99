"""Who pays, as the provider knows them: name and e-mail, so that a receipt can be sent and payments stand together."""

import hashlib
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from lms.db import Begin, retried
from lms.payments.gateway import Gateway
from lms.payments.models import ProviderCustomer
from lms.people.models import Person


async def customer_of(begin: Begin, gateway: Gateway, person_id: UUID | None) -> str | None:
    """The provider's number for this person, made there the first time; None for nobody. Raises ProviderAway, ProviderRefused."""
    if person_id is None:
        return None
    async with begin.reading() as session:
        known = await session.get(ProviderCustomer, person_id)
        person = await session.get(Person, person_id)
    if known is not None:
        return known.customer_id
    if person is None:
        return None
    key = hashlib.sha256(f"customer:{person_id}:{person.name}:{person.email}".encode()).hexdigest()
    made = await gateway.customer(name=person.name, email=person.email or "", key=key)
    await _keep(begin, person_id, str(made["id"]))
    return str(made["id"])


@retried
async def _keep(begin: Begin, person_id: UUID, customer_id: str) -> None:
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(ProviderCustomer)
            .values(person_id=person_id, customer_id=customer_id)
            .on_conflict_do_nothing()
        )
