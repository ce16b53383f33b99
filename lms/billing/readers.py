"""Who reads a letter about money: the person who owes, or a company where nobody is named."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.issuing import Debtor
from lms.billing.service import debtor_of
from lms.messaging.models import Channel
from lms.people.duplicates import living
from lms.people.models import Company
from lms.web.letters import Addressee, Reader


async def reader_of(session: AsyncSession, debtor_id: UUID | None, company_id: UUID | None) -> Reader | None:
    """The person, as they live now; else the company at its address for invoices, by post where it has none. None for nobody."""
    person = await living(session, debtor_id)
    if person is not None:
        return person
    company = await session.get(Company, company_id) if company_id else None
    if company is None:
        return None
    return Addressee(
        email=company.invoice_email, language="de", name=company.name, street=company.street,
        postal_code=company.postal_code, city=company.city,
        channel=Channel.EMAIL if company.invoice_email else Channel.POST,
    )  # fmt: skip


async def debtor_now(session: AsyncSession, debtor_id: UUID | None, company_id: UUID | None) -> Debtor | None:
    """Who owes, with the name and address of today; None where nobody is known any more."""
    person = await living(session, debtor_id)
    company = await session.get(Company, company_id) if company_id else None
    if person is not None:
        return debtor_of(person, company)
    if company is None:
        return None
    facts: dict[str, Any] = {
        "name": company.name, "contact": "", "street": company.street, "postal_code": company.postal_code,
        "city": company.city, "email": company.invoice_email, "language": "de", "order_number": "",
        "route_id": company.route_id,
    }  # fmt: skip
    return Debtor(facts=facts, company_id=company.id)
