"""Giving a document its number: the one place that issues, for `service` and `collecting`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.errors import FactsMissing
from lms.billing.events import InvoiceIssued
from lms.billing.mandatory import missing_on
from lms.billing.models import Invoice, InvoiceKind, InvoiceShare, NumberSeries
from lms.billing.parties import Debtor
from lms.billing.rules import CREDIT_NOTES, INVOICES, document_number, series_year
from lms.jobs.queue import announce
from lms.kernel.actor import Actor

__all__ = ["Debtor", "draw_number", "issue", "reverse"]


async def reverse(
    session: AsyncSession,
    actor: Actor,
    invoice: Invoice,
    *,
    at: datetime,
    enrolment_id: UUID | None = None,
    shares: Mapping[UUID, int] | None = None,
) -> Invoice:
    """The credit note that takes back the whole invoice."""
    return await issue(
        session,
        actor,
        InvoiceKind.CREDIT_NOTE,
        enrolment_id=enrolment_id,
        order_id=invoice.order_id,
        debtor=Debtor(invoice.debtor, invoice.debtor_id, invoice.company_id),
        lines=[line | {"amount_cents": -int(line["amount_cents"])} for line in invoice.lines],
        shares={whose: -cents for whose, cents in (shares or {}).items()},
        issuer=invoice.issuer,
        tax_note=invoice.tax_note,
        at=at,
        due_on=invoice.due_on,
        reverses=invoice,
        terms=invoice.terms,
        share_id=invoice.share_id,
    )


async def issue(
    session: AsyncSession,
    actor: Actor,
    kind: InvoiceKind,
    *,
    enrolment_id: UUID | None = None,
    order_id: UUID | None = None,
    debtor: Debtor,
    lines: list[dict[str, Any]],
    issuer: dict[str, Any],
    tax_note: str,
    at: datetime,
    due_on: date,
    reverses: Invoice | None = None,
    shares: Mapping[UUID, int] | None = None,
    terms: dict[str, Any] | None = None,
    key: UUID | None = None,
    share_id: UUID | None = None,
) -> Invoice:
    """Issue under the next number, for one enrolment or, with `shares` in cents, for several of one order.

    With `share_id` it is for the part of a price that somebody else pays.
    `key` becomes the id of the document: of two that are issued with the same one, the second breaks on the primary key.

    Raises FactsMissing where the law asks for something that is not known; a credit note repeats what was issued before.
    """
    if reverses is None and (missing := missing_on(debtor.facts, issuer, lines, tax_note)):
        raise FactsMissing(missing)
    total = sum(int(line["amount_cents"]) for line in lines)
    series = INVOICES if kind is InvoiceKind.INVOICE else CREDIT_NOTES
    year = series_year(at)
    counter = await draw_number(session, series, year)
    invoice = Invoice(
        id=key or uuid4(),
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
        order_id=order_id,
        reverses_id=reverses.id if reverses else None,
        terms=terms or {},
        share_id=share_id,
    )
    session.add(invoice)
    await session.flush()  # entries of the ledger point to it
    session.add_all(
        InvoiceShare(invoice_id=invoice.id, enrolment_id=whose, amount_cents=cents)
        for whose, cents in (shares or {}).items()
    )
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
    return await draw_numbers(session, series, year, 1)


async def draw_numbers(session: AsyncSession, series: str, year: int, many: int) -> int:
    """The last of the next `many` numbers, drawn at once under the same promise; the others precede it without a gap."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    drawn = await session.scalars(
        insert(NumberSeries)
        .values(name=series, year=year, last=many)
        .on_conflict_do_update(
            index_elements=[NumberSeries.name, NumberSeries.year], set_={"last": NumberSeries.last + many}
        )
        .returning(NumberSeries.last)
        .execution_options(populate_existing=True)
    )
    return int(drawn.one())
