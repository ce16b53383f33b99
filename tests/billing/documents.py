"""What stories about documents need: lines of every tax, an invoice with facts as they are frozen, one in the database."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from lms.billing.models import Invoice, InvoiceKind
from lms.billing.parties import issuer_facts
from lms.billing.tax.rules import notes_of
from lms.people.models import Company, ElectronicInvoice, Person
from lms.settings import Settings
from lms.web.module import Around
from tests.making import MOMENT, make_person

NOTES = {
    "E": "Umsatzsteuerfrei nach § 4 Nr. 22 Buchstabe a UStG.",
    "O": "Nicht steuerbar (§ 2b UStG).",
    "S": "",
}
DEMO = Settings(database_url="sqlite:///nowhere", demo=True, _env_file=None)  # type: ignore[call-arg]
BUYER: dict[str, Any] = {
    "name": "Stadtwerke <Nord> & Co. KG", "contact": "Ada Lehmann", "street": "Holzweg 1", "postal_code": "39340",
    "city": "Haldensleben", "email": "rechnung@example.com", "language": "de", "order_number": "B-77",
    "route_id": "04011000-12345-03", "einvoice": "none",
}  # fmt: skip


def line(cents: int, category: str = "E", rate_bp: int = 0, **given: Any) -> dict[str, Any]:
    """A place in a course, taxed like this."""
    usual = {
        "what": "participation", "course_de": "Das Tablet kennenlernen", "course_en": "Meet your tablet", "run": "R2041",
        "person": "Ada Lehmann", "reference": "ABCD-EFGH", "amount_cents": cents, "tax_code": "course_22a",
        "tax_category": category, "tax_rate_bp": rate_bp, "tax_note_de": NOTES[category], "tax_note_en": NOTES[category],
        "service_from": "2026-12-08", "service_to": "2026-12-15",
    }  # fmt: skip
    return usual | given


def issued(lines: Sequence[dict[str, Any]], kind: InvoiceKind = InvoiceKind.INVOICE, **given: Any) -> Invoice:
    """An issued document that is in no database."""
    usual: dict[str, Any] = {
        "series": "RE", "year": 2026, "counter": 1, "number": "RE-2026-00001", "issued_at": MOMENT,
        "due_on": date(2026, 12, 18), "total_cents": sum(one["amount_cents"] for one in lines), "debtor": BUYER,
        "issuer": issuer_facts(DEMO), "tax_note": notes_of(lines, "de"),
    }  # fmt: skip
    return Invoice(kind=kind, lines=list(lines), **usual | given)


async def known_company(house: Around, **given: Any) -> tuple[UUID, Person]:
    """A company with a contact."""
    usual: dict[str, Any] = {
        "name": "Holz GmbH", "street": "Sägeweg 1", "postal_code": "39340", "city": "Haldensleben",
        "invoice_email": "rechnung@example.com", "route_id": "", "einvoice": ElectronicInvoice.NONE,
    }  # fmt: skip
    company, contact = (
        Company(**usual | given),
        make_person("Chris", "Chef", email=f"{uuid4().hex}@example.com"),
    )
    async with house.begin() as session:
        session.add_all([company, contact])
    return company.id, contact
