"""Everything a document says, gathered from what was frozen: the one source of the paper and of the electronic invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.einvoice.models import Flavour
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry, Means
from lms.billing.queries import enrolments_on
from lms.billing.rules import MONEY_MOVED
from lms.catalogue.models import PaymentMethod
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.web.language import Language


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment that had come in when the document was issued."""

    day: date
    means: str
    cents: int


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit note with what it refers to. Nothing in it can change any more, so its bytes cannot either.

    `payments` came in up to the moment of issue; the books are only ever added to, so they stay the same.
    """

    invoice: Invoice
    reverses: Invoice | None = None
    payments: Sequence[Paid] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether it reverses an invoice."""
        return self.invoice.kind is InvoiceKind.CREDIT_NOTE

    @property
    def language(self) -> Language:
        """The debtor's."""
        return "en" if self.invoice.debtor.get("language") == "en" else "de"

    @property
    def issued_on(self) -> date:
        """The day on the wall calendar of the centre."""
        return local(self.invoice.issued_at).date()

    @property
    def total_cents(self) -> int:
        """The gross sum, positive on a credit note too."""
        return abs(self.invoice.total_cents)

    @property
    def paid_cents(self) -> int:
        """What of the total was paid already; nothing on a credit note."""
        if self.is_credit_note:
            return 0
        return min(self.total_cents, max(0, sum(one.cents for one in self.payments)))

    @property
    def open_cents(self) -> int:
        """What is still to be paid."""
        return self.total_cents - self.paid_cents

    @property
    def payment_method(self) -> str:
        """How it was agreed to be paid; empty where nobody wrote it down."""
        return str(self.invoice.terms.get("payment_method") or "")

    @property
    def is_under_way(self) -> bool:
        """Whether it was paid online and a bank needs days: nothing is booked yet, and nothing is to be transferred.

        A place that is paid online is certain, and invoiced, only when it is paid or a bank has been told to pay. What was
        paid online or brought from elsewhere before says that the rest is a difference, which nobody has paid.
        """
        counted = {Means.ONLINE, Means.MOVED}
        return (
            self.payment_method == PaymentMethod.ONLINE
            and self.open_cents > 0
            and not any(one.means in counted for one in self.payments)
        )

    @property
    def flavour(self) -> Flavour | None:
        """Which electronic invoice belongs to it; None where the issuer has no tax number: no rule set admits that."""
        issuer = self.invoice.issuer
        if not (issuer.get("tax_number") or issuer.get("vat_id")):
            return None
        wanted = self.invoice.debtor.get("einvoice")
        return Flavour.XRECHNUNG if wanted == Flavour.XRECHNUNG else Flavour.ZUGFERD


async def document_of(session: AsyncSession, invoice_id: UUID) -> Document:
    """The document with what it refers to; four statements. Raises NotFound."""
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound
    reverses = await session.get(Invoice, invoice.reverses_id) if invoice.reverses_id else None
    payments = () if reverses else await _payments(session, invoice, invoice.issued_at)
    return Document(invoice, reverses, payments)


async def _payments(session: AsyncSession, invoice: Invoice, until: datetime) -> Sequence[Paid]:
    """What had come in for the same account, less what had gone back."""
    entries = await session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.enrolment_id.in_(await enrolments_on(session, invoice)),
            LedgerEntry.share_id == invoice.share_id,
            LedgerEntry.kind.in_(MONEY_MOVED),
            LedgerEntry.booked_at <= until,
        )
        .order_by(LedgerEntry.booked_at, LedgerEntry.id)
    )
    return [Paid(local(one.booked_at).date(), one.provider or "", -one.amount_cents) for one in entries]
