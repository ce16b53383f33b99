"""Keeping true what we know about companies: address and how they want their invoices. One public method, one transaction."""

import hashlib
from dataclasses import asdict, dataclass
from uuid import UUID

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people import policy
from lms.people.models import Company, ElectronicInvoice
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class BillingData:
    """What an invoice to a company needs. `route_id` is the Leitweg-ID of a public body."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    invoice_email: str = ""
    route_id: str = ""
    einvoice: ElectronicInvoice = ElectronicInvoice.NONE


def billing_data(company: Company) -> BillingData:
    """As it stands."""
    return BillingData(
        company.name, company.street, company.postal_code, company.city, company.invoice_email, company.route_id,
        ElectronicInvoice(company.einvoice),
    )  # fmt: skip


def mark_of(data: BillingData) -> str:
    """What tells one state of the data from another."""
    return hashlib.sha256(repr(sorted(asdict(data).items())).encode()).hexdigest()[:16]


class Companies:
    """What staff change about a company."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change(self, actor: Actor, *, company_id: UUID, data: BillingData, seen: str) -> Company:
        """Write the data down. `seen` is the mark of what the form showed. Raises NotFound, Stale."""
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            company = await session.get(Company, company_id, with_for_update=True)
            if company is None:
                raise NotFound
            before = billing_data(company)
            if mark_of(before) != seen:
                raise Stale
            changed = [name for name, value in asdict(data).items() if getattr(before, name) != value]
            for name in changed:
                setattr(company, name, getattr(data, name))
            if changed:
                record(
                    session, actor, "company.changed", at=self.clock(), kind="company", object_id=company.id,
                    after={"changed": changed},
                )  # fmt: skip
            return company
