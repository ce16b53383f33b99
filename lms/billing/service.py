"""Booking and issuing: plain functions inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.collecting import take_out
from lms.billing.errors import AmountNotPositive
from lms.billing.issuing import draw_number, draw_numbers, issue, reverse
from lms.billing.models import EntryKind, Invoice, InvoiceKind, LedgerEntry
from lms.billing.parties import Debtor, debtor_of, issuer_facts
from lms.billing.queries import balance_of, valid_invoice_of
from lms.billing.waiting import forget, issue_or_wait
from lms.kernel.actor import Actor

__all__ = [
    "Debtor",
    "balance_of",
    "charge",
    "credit",
    "debtor_of",
    "draw_number",
    "draw_numbers",
    "issue_invoice",
    "issue_or_wait",
    "issuer_facts",
    "let_off",
    "record_honorarium",
    "record_payment",
    "record_refund",
]


def charge(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    amount_cents: int,
    cause: str,
    at: datetime,
    kind: EntryKind = EntryKind.CHARGE,
    invoice: Invoice | None = None,
    share_id: UUID | None = None,
) -> LedgerEntry:
    """Book what is owed: a price (CHARGE) or a fee (FEE). `cause` is a short word for the trail, such as "price".

    With `share_id` it is owed by whoever took over a part of the price.
    """
    if amount_cents <= 0:
        raise AmountNotPositive
    return _book(
        session,
        actor,
        kind,
        amount_cents,
        enrolment_id=enrolment_id,
        debtor=debtor,
        cause=cause,
        at=at,
        invoice=invoice,
        share_id=share_id,
    )


async def issue_invoice(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    lines: Sequence[dict[str, Any]],
    issuer: dict[str, Any],
    tax_note: str,
    at: datetime,
    due_on: date,
    terms: dict[str, Any] | None = None,
    share_id: UUID | None = None,
) -> Invoice:
    """Issue an invoice under the next number; from now on it cannot change. Each line has its `amount_cents`.

    The series is locked until the caller's transaction ends: issue last, and do nothing slow afterwards. Raises FactsMissing;
    what must not fail because of that calls `issue_or_wait`.
    """
    total = sum(int(line["amount_cents"]) for line in lines)
    if total <= 0:
        raise AmountNotPositive
    return await issue(
        session,
        actor,
        InvoiceKind.INVOICE,
        enrolment_id=enrolment_id,
        debtor=debtor,
        lines=list(lines),
        issuer=issuer,
        tax_note=tax_note,
        at=at,
        due_on=due_on,
        terms=terms,
        share_id=share_id,
    )


async def credit(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    amount_cents: int,
    cause: str,
    at: datetime,
) -> Invoice | None:
    """Take back what was charged; the invoice, where there is one, is reversed by a credit note, which is returned.

    An invoice for a whole order is reversed, and the rest invoiced anew, at the end of the transaction (`collecting`). One that
    still waits for what is missing is forgotten.
    """
    order_id = await forget(session, enrolment_id)  # before looking: it may be issued at this very moment
    invoice = await valid_invoice_of(session, enrolment_id)
    order_id = invoice.order_id if invoice is not None else order_id
    note = None
    if (
        not take_out(session, actor, enrolment_id=enrolment_id, order_id=order_id, at=at)
        and invoice is not None
    ):
        note = await reverse(session, actor, invoice, enrolment_id=enrolment_id, at=at)
    _book(
        session,
        actor,
        EntryKind.CREDIT,
        -amount_cents,
        enrolment_id=enrolment_id,
        debtor=debtor,
        cause=cause,
        at=at,
        invoice=note,
    )
    return note


def let_off(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    amount_cents: int,
    cause: str,
    at: datetime,
    share_id: UUID | None = None,
) -> LedgerEntry:
    """Take back a fee that stands on no invoice: a CREDIT of its own, and every invoice stays as it is."""
    if amount_cents <= 0:
        raise AmountNotPositive
    return _book(
        session, actor, EntryKind.CREDIT, -amount_cents, enrolment_id=enrolment_id, debtor=debtor, cause=cause,
        at=at, invoice=None, share_id=share_id,
    )  # fmt: skip


async def record_payment(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID | None,
    amount_cents: int,
    cause: str,
    at: datetime,
    provider: str | None = None,
    provider_event: str | None = None,
    debtor_id: UUID | None = None,
    company_id: UUID | None = None,
    share_id: UUID | None = None,
) -> LedgerEntry | None:
    """Book money that came in; None where this event of the provider has been booked already.

    With `share_id` whoever took over a part of the price has paid, for the account of that part. Without an enrolment it is
    for something that has no account in the ledger: a gift voucher that was sold.
    """
    if amount_cents <= 0:
        raise AmountNotPositive
    entry = LedgerEntry(
        booked_at=at,
        kind=EntryKind.PAYMENT,
        amount_cents=-amount_cents,
        cause=cause,
        enrolment_id=enrolment_id,
        debtor_id=debtor_id,
        actor_id=actor.account_id,
        provider=provider,
        provider_event=provider_event,
        company_id=company_id,
        share_id=share_id,
    )
    return await _book_once(session, actor, entry)


async def record_refund(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    amount_cents: int,
    cause: str,
    at: datetime,
    provider: str | None = None,
    provider_event: str | None = None,
    debtor_id: UUID | None = None,
    company_id: UUID | None = None,
    share_id: UUID | None = None,
) -> LedgerEntry | None:
    """Book money that went back; None where this event of the provider has been booked already. `share_id` as for a payment."""
    if amount_cents <= 0:
        raise AmountNotPositive
    entry = LedgerEntry(
        booked_at=at,
        kind=EntryKind.REFUND,
        amount_cents=amount_cents,
        cause=cause,
        enrolment_id=enrolment_id,
        debtor_id=debtor_id,
        actor_id=actor.account_id,
        provider=provider,
        provider_event=provider_event,
        company_id=company_id,
        share_id=share_id,
    )
    return await _book_once(session, actor, entry)


async def record_honorarium(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: EntryKind,
    amount_cents: int,
    at: datetime,
    provider: str,
    provider_event: str,
    person_id: UUID,
) -> LedgerEntry | None:
    """Book what a trainer has earned (HONORARIUM, negative) or got (HONORARIUM_PAID, positive); the other sign takes it back.

    None where this event has been booked already.
    """
    entry = LedgerEntry(
        booked_at=at, kind=kind, amount_cents=amount_cents, cause="honorarium", debtor_id=person_id,
        actor_id=actor.account_id, provider=provider, provider_event=provider_event,
    )  # fmt: skip
    return await _book_once(session, actor, entry)


def _book(
    session: AsyncSession,
    actor: Actor,
    kind: EntryKind,
    cents: int,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    cause: str,
    at: datetime,
    invoice: Invoice | None,
    share_id: UUID | None = None,
) -> LedgerEntry:
    entry = LedgerEntry(
        booked_at=at,
        kind=kind,
        amount_cents=cents,
        cause=cause,
        enrolment_id=enrolment_id,
        debtor_id=debtor.person_id,
        company_id=debtor.company_id,
        invoice_id=invoice.id if invoice else None,
        actor_id=actor.account_id,
        share_id=share_id,
    )
    session.add(entry)
    _note(session, actor, entry)
    return entry


async def _book_once(session: AsyncSession, actor: Actor, entry: LedgerEntry) -> LedgerEntry | None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {column.key: getattr(entry, column.key) for column in LedgerEntry.__table__.columns}
    booked = await session.execute(
        insert(LedgerEntry)
        .values(values)
        .on_conflict_do_nothing(index_elements=["provider", "provider_event"])
        .returning(LedgerEntry.id)
    )
    if booked.first() is None:
        return None
    _note(session, actor, entry)
    return entry


def _note(session: AsyncSession, actor: Actor, entry: LedgerEntry) -> None:
    record(
        session,
        actor,
        f"money.{entry.kind}",
        at=entry.booked_at,
        kind="ledger_entry",
        object_id=entry.id,
        person_id=entry.debtor_id,
        after={"amount_cents": entry.amount_cents, "enrolment_id": str(entry.enrolment_id)},
        reason=entry.cause,
    )
