"""What the pages of invoices show: a list, what waits, what was refused, one document with everything about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.einvoice.facts import Document, document_of
from lms.billing.einvoice.models import ElectronicOriginal, InvoiceCheck
from lms.billing.mandatory import WORDS, Missing
from lms.billing.models import Invoice, InvoiceKind
from lms.billing.tax.rules import TaxSum, tax_sums
from lms.billing.waiting_models import WaitingInvoice
from lms.people.models import Company, Person
from lms.web.language import translated


@dataclass(frozen=True, slots=True)
class Listed:
    """One document in the list. `is_refused` were not handed out: a rule is broken."""

    invoice: Invoice
    is_reversed: bool
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invoice that cannot be issued yet, and where what is missing is written down."""

    row: WaitingInvoice
    name: str
    missing: Sequence[str]
    path: str


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One document with what was said of it and what came of it."""

    document: Document
    sums: Sequence[TaxSum]
    verdict: InvoiceCheck | None
    original: ElectronicOriginal | None
    reversed_by: Invoice | None

    @property
    def may_be_reversed(self) -> bool:
        """Whether it is an invoice that still counts."""
        return not self.document.is_credit_note and self.reversed_by is None


REFUSED = select(InvoiceCheck.invoice_id).where(InvoiceCheck.is_valid.is_(False))


def refused() -> ColumnElement[bool]:
    """The filter for documents that break an official rule and still count."""
    reversal = aliased(Invoice)
    gone = select(reversal.reverses_id).where(reversal.reverses_id.is_not(None))
    return Invoice.id.in_(REFUSED) & Invoice.id.not_in(gone)


async def invoices_found(
    session: AsyncSession, typed: str, view: str, *, limit: int, offset: int
) -> tuple[Sequence[Listed], int]:
    """Documents, the newest first, by part of the number or of the debtor's name; and how many there are."""
    reversal = aliased(Invoice)
    wanted: list[ColumnElement[bool]] = []
    if view == "stornos":
        wanted.append(Invoice.kind == InvoiceKind.CREDIT_NOTE)
    if view == "geprueft":
        wanted.append(refused())
    wanted += [
        or_(
            func.lower(Invoice.number).contains(word.lower(), autoescape=True),
            func.lower(_name()).contains(word.lower(), autoescape=True),
        )
        for word in typed.split()
    ]
    total = await session.scalar(select(func.count()).select_from(Invoice).where(*wanted))
    rows = await session.execute(
        select(Invoice, reversal.id, InvoiceCheck.is_valid)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .outerjoin(InvoiceCheck, InvoiceCheck.invoice_id == Invoice.id)
        .where(*wanted)
        .order_by(Invoice.issued_at.desc(), Invoice.series, Invoice.counter.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Listed(one, note is not None, fine is False) for one, note, fine in rows], total or 0


async def waiting_invoices(session: AsyncSession) -> Sequence[Waiting]:
    """Everything that waits, the oldest first; one statement."""
    rows = await session.execute(
        select(WaitingInvoice, Company, Person)
        .outerjoin(Company, Company.id == WaitingInvoice.company_id)
        .outerjoin(Person, Person.id == WaitingInvoice.debtor_id)
        .order_by(WaitingInvoice.waits_since)
    )
    return [_waiting(row, company, person) for row, company, person in rows]


def _waiting(row: WaitingInvoice, company: Company | None, person: Person | None) -> Waiting:
    words = [translated(WORDS[Missing(one)]) for one in row.missing]
    if company is not None:
        return Waiting(row, company.name, words, f"/verwaltung/unternehmen/{company.id}/rechnungsdaten")
    if person is not None:
        return Waiting(row, person.name, words, f"/verwaltung/personen/{person.id}/bearbeiten")
    return Waiting(row, str(row.debtor.get("name") or ""), words, "")


async def invoice_view(session: AsyncSession, invoice_id: UUID) -> InvoiceView:
    """One document; a constant number of statements. Raises NotFound."""
    document = await document_of(session, invoice_id)
    verdict = await session.get(InvoiceCheck, invoice_id)
    original = await session.get(ElectronicOriginal, invoice_id)
    notes = await session.scalars(select(Invoice).where(Invoice.reverses_id == invoice_id))
    invoice = document.invoice
    return InvoiceView(
        document, tax_sums(invoice.lines, invoice.tax_note), verdict, original, notes.one_or_none()
    )


def _name() -> ColumnElement[str]:
    return cast(Invoice.debtor["name"].as_string(), String)
