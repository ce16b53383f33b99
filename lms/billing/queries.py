"""Reading the books, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.rules import Balance, balance


async def balance_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, Balance]:
    """What each of the enrolments costs and what was paid; every id asked for is in the answer.

    It is the account of whoever enrolled: the part that another payer took over stands on that payer's account (`share_id`).
    """
    entries: dict[UUID, list[tuple[EntryKind, int]]] = {wanted: [] for wanted in enrolment_ids}
    if entries:
        rows = await session.execute(
            select(LedgerEntry.enrolment_id, LedgerEntry.kind, func.sum(LedgerEntry.amount_cents))
            .where(LedgerEntry.enrolment_id.in_(entries), LedgerEntry.share_id.is_(None))
            .group_by(LedgerEntry.enrolment_id, LedgerEntry.kind)
        )
        for enrolment_id, kind, cents in rows:
            if enrolment_id is not None:
                entries[enrolment_id].append((kind, int(cents)))
    return {enrolment_id: balance(found) for enrolment_id, found in entries.items()}


async def valid_invoice_of(session: AsyncSession, enrolment_id: UUID) -> Invoice | None:
    """The newest invoice of an enrolment that no credit note has reversed."""
    reversal = aliased(Invoice)
    return (
        await session.scalars(
            select(Invoice)
            .outerjoin(reversal, reversal.reverses_id == Invoice.id)
            .where(
                is_about([enrolment_id]),
                Invoice.share_id.is_(None),
                Invoice.kind == InvoiceKind.INVOICE,
                reversal.id.is_(None),
            )
            .order_by(Invoice.issued_at.desc(), Invoice.counter.desc())
            .limit(1)
        )
    ).first()


async def documents_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Sequence[Invoice]:
    """Every invoice and credit note of these enrolments, oldest first."""
    return (
        await session.scalars(
            select(Invoice)
            .where(is_about(enrolment_ids))
            .order_by(Invoice.issued_at, Invoice.series, Invoice.counter)
        )
    ).all()


async def enrolments_on(session: AsyncSession, invoice: Invoice) -> Sequence[UUID]:
    """The enrolments that a document is about: one, or several of an order."""
    if invoice.enrolment_id is not None:
        return [invoice.enrolment_id]
    shares = select(InvoiceShare.enrolment_id).where(InvoiceShare.invoice_id == invoice.id)
    return (await session.scalars(shares)).all()


def is_about(enrolment_ids: Collection[UUID]) -> ColumnElement[bool]:
    """The filter for documents that are about one of these enrolments, alone or among others of its order."""
    ids = list(enrolment_ids)
    shared = select(InvoiceShare.invoice_id).where(InvoiceShare.enrolment_id.in_(ids))
    return or_(Invoice.enrolment_id.in_(ids), Invoice.id.in_(shared))


def is_of_document() -> ColumnElement[bool]:
    """The filter for entries of the ledger on the accounts of `Invoice`, for a query correlated with it.

    An invoice to whoever took over a part of the price is about that part alone, and the one of whoever enrolled is not.
    """
    shared = select(InvoiceShare.enrolment_id).where(InvoiceShare.invoice_id == Invoice.id).correlate(Invoice)
    return and_(
        or_(LedgerEntry.enrolment_id == Invoice.enrolment_id, LedgerEntry.enrolment_id.in_(shared)),
        LedgerEntry.share_id.is_not_distinct_from(Invoice.share_id),
    )
