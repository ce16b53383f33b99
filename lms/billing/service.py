"""Booking and issuing: plain functions inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.errors import AmountNotPositive
from lms.billing.events import InvoiceIssued
from lms.billing.models import EntryKind, Invoice, InvoiceKind, LedgerEntry, NumberSeries
from lms.billing.queries import balance_of, valid_invoice_of
from lms.billing.rules import CREDIT_NOTES, INVOICES, document_number, series_year
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.people.models import Company, Person

__all__ = [
    "Debtor",
    "balance_of",
    "charge",
    "credit",
    "debtor_of",
    "issue_invoice",
    "record_payment",
    "record_refund",
]


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes: a person, or a company with the person who ordered for it. `facts` is what the invoice prints."""

    facts: dict[str, Any]
    person_id: UUID | None = None
    company_id: UUID | None = None


def debtor_of(person: Person, company: Company | None = None, order_number: str = "") -> Debtor:
    """The debtor as of now; an invoice keeps these facts when the person moves."""
    whose = company or person
    facts: dict[str, Any] = {
        "name": company.name if company else person.name,
        "contact": person.name if company else "",
        "street": whose.street,
        "postal_code": whose.postal_code,
        "city": whose.city,
        "email": (company.invoice_email if company else "") or person.email or "",
        "language": person.language,
        "order_number": order_number,
        "route_id": company.route_id if company else "",
    }
    return Debtor(facts=facts, person_id=person.id, company_id=company.id if company else None)


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
) -> LedgerEntry:
    """Book what is owed: a price (CHARGE) or a fee (FEE). `cause` is a short word for the trail, such as "price"."""
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
) -> Invoice:
    """Issue an invoice under the next number; from now on it cannot change. Each line has its `amount_cents`.

    The series is locked until the caller's transaction ends: issue last, and do nothing slow afterwards.
    """
    total = sum(int(line["amount_cents"]) for line in lines)
    if total <= 0:
        raise AmountNotPositive
    return await _issue(
        session,
        actor,
        InvoiceKind.INVOICE,
        enrolment_id=enrolment_id,
        debtor=debtor,
        lines=list(lines),
        total=total,
        issuer=issuer,
        tax_note=tax_note,
        at=at,
        due_on=due_on,
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
    """Take back what was charged; the invoice, where there is one, is reversed by a credit note, which is returned."""
    invoice = await valid_invoice_of(session, enrolment_id)
    note = None
    if invoice is not None:
        note = await _issue(
            session,
            actor,
            InvoiceKind.CREDIT_NOTE,
            enrolment_id=enrolment_id,
            debtor=Debtor(invoice.debtor, invoice.debtor_id, invoice.company_id),
            lines=[line | {"amount_cents": -int(line["amount_cents"])} for line in invoice.lines],
            total=-invoice.total_cents,
            issuer=invoice.issuer,
            tax_note=invoice.tax_note,
            at=at,
            due_on=invoice.due_on,
            reverses=invoice,
        )
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


async def record_payment(
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
) -> LedgerEntry | None:
    """Book money that came in; None where this event of the provider has been booked already."""
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
) -> LedgerEntry | None:
    """Book money that went back; None where this event of the provider has been booked already."""
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
    )
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


async def _issue(
    session: AsyncSession,
    actor: Actor,
    kind: InvoiceKind,
    *,
    enrolment_id: UUID,
    debtor: Debtor,
    lines: list[dict[str, Any]],
    total: int,
    issuer: dict[str, Any],
    tax_note: str,
    at: datetime,
    due_on: date,
    reverses: Invoice | None = None,
) -> Invoice:
    series = INVOICES if kind is InvoiceKind.INVOICE else CREDIT_NOTES
    year = series_year(at)
    counter = await draw_number(session, series, year)
    invoice = Invoice(
        kind=kind,
        series=series,
        year=year,
        counter=counter,
        number=document_number(series, year, counter),
        issued_at=at,
        due_on=due_on,
        total_cents=total,
        debtor=debtor.facts,
        lines=lines,
        issuer=issuer,
        tax_note=tax_note,
        debtor_id=debtor.person_id,
        company_id=debtor.company_id,
        enrolment_id=enrolment_id,
        reverses_id=reverses.id if reverses else None,
    )
    session.add(invoice)
    await session.flush()  # entries of the ledger point to it
    record(
        session,
        actor,
        f"{kind}.issued",
        at=at,
        kind="invoice",
        object_id=invoice.id,
        person_id=debtor.person_id,
        after={"number": invoice.number, "total_cents": total},
    )
    announce(session, InvoiceIssued(invoice_id=invoice.id), at=at)
    return invoice


async def draw_number(session: AsyncSession, series: str, year: int) -> int:
    """The next number; its row stays locked until the transaction ends, so that none is lost and none given twice (S-72)."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    drawn = await session.scalars(
        insert(NumberSeries)
        .values(name=series, year=year, last=1)
        .on_conflict_do_update(
            index_elements=[NumberSeries.name, NumberSeries.year], set_={"last": NumberSeries.last + 1}
        )
        .returning(NumberSeries.last)
        .execution_options(populate_existing=True)
    )
    return int(drawn.one())
