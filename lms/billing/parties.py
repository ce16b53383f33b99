"""The two sides of an invoice as of now; it keeps these facts when somebody moves or the settings change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.people.models import Company, Person
from lms.settings import Settings
from lms.web.centre import the_centre


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes: a person, or a company with the person who ordered for it. `facts` is what the invoice prints."""

    facts: dict[str, Any]
    person_id: UUID | None = None
    company_id: UUID | None = None


def debtor_of(person: Person | None, company: Company | None = None, order_number: str = "") -> Debtor:
    """The debtor as of now; an invoice keeps these facts when the person moves. A company may have no person to speak to."""
    whose = company or person
    if whose is None:
        raise ValueError("somebody has to owe")
    facts: dict[str, Any] = {
        "name": whose.name,
        "contact": person.name if company and person else "",
        "street": whose.street,
        "postal_code": whose.postal_code,
        "city": whose.city,
        "email": (company.invoice_email if company else "") or (person.email if person else "") or "",
        "language": person.language if person else "de",
        "order_number": order_number,
        "route_id": company.route_id if company else "",
        "einvoice": str(company.einvoice) if company else "none",
    }
    return Debtor(
        facts=facts, person_id=person.id if person else None, company_id=company.id if company else None
    )


def issuer_facts(settings: Settings) -> dict[str, Any]:
    """The centre as it stands on an invoice, with its tax numbers and its account."""
    centre = the_centre()
    postal_code, _, city = centre.town.partition(" ")
    return {
        "name": centre.name,
        "operator": centre.operator,
        "address": centre.address,
        "street": centre.street,
        "postal_code": postal_code,
        "city": city,
        "email": centre.email,
        "phone": centre.phone,
        "tax_number": settings.tax_number,
        "vat_id": settings.vat_id,
        "iban": settings.iban,
        "bic": settings.bic,
        "creditor_id": settings.creditor_id,
    }
