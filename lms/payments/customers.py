"""Who pays, as the provider knows them: name and e-mail, so that a receipt can be sent and payments stand together."""

import hashlib
from uuid import UUID

from sqlalchemy import delete
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
    return await _made(begin, gateway, person) if person else None


async def new_customer(begin: Begin, gateway: Gateway, person_id: UUID | None, *, gone: str) -> str | None:
    """Another number in place of one the provider does not know any more. Raises ProviderAway, ProviderRefused."""
    await _forget(begin, gone)
    async with begin.reading() as session:
        person = await session.get(Person, person_id) if person_id else None
    return await _made(begin, gateway, person, instead_of=gone) if person else None


async def _made(begin: Begin, gateway: Gateway, person: Person, *, instead_of: str = "") -> str:
    facts = f"customer:{person.id}:{person.name}:{person.email}" + (f":{instead_of}" if instead_of else "")
    key = hashlib.sha256(facts.encode()).hexdigest()
    made = await gateway.customer(name=person.name, email=person.email or "", key=key)
    await _keep(begin, person.id, str(made["id"]))
    return str(made["id"])


@retried
async def _forget(begin: Begin, customer_id: str) -> None:
    async with begin() as session:
        await session.execute(delete(ProviderCustomer).where(ProviderCustomer.customer_id == customer_id))


@retried
async def _keep(begin: Begin, person_id: UUID, customer_id: str) -> None:
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(ProviderCustomer)
            .values(person_id=person_id, customer_id=customer_id)
            .on_conflict_do_nothing()
        )
