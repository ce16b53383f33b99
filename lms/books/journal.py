"""Reading the ledger as bookings: the entries of a time with all that an accountant wants to see beside them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import CashReceipt, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.rules import HONORARIA
from lms.books.booking import Booking, Fact, bookings_of
from lms.books.chart import Chart
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.honoraria.statements.reading import Settled, settled_by
from lms.kernel.clock import at_venue, local
from lms.people.models import Company, Person

AT_ONCE = 500
"""Ids in one statement: SQLite takes some thousands of parameters, and a month may have more entries."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A time at the venues: from its first moment to the first one after it, in UTC."""

    starts: datetime
    until: datetime


def reach(first: date, last: date) -> Reach:
    """From the beginning of the first to the end of the last day."""
    return Reach(at_venue(first, time.min), at_venue(last + timedelta(days=1), time.min))


def month_reach(month: date) -> Reach:
    """A whole month, given by its first day."""
    return reach(month, next_month(month) - timedelta(days=1))


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


async def entries_of(session: AsyncSession, when: Reach) -> Sequence[LedgerEntry]:
    """The entries of a time, in the one order that fingerprints and journals use."""
    wanted = select(LedgerEntry).where(
        LedgerEntry.booked_at >= when.starts, LedgerEntry.booked_at < when.until
    )
    return (await session.scalars(wanted.order_by(LedgerEntry.booked_at, LedgerEntry.id))).all()


async def journal_of(
    session: AsyncSession, entries: Sequence[LedgerEntry], chart: Chart
) -> Sequence[Booking]:
    """The bookings of the entries, in their order. The number of statements grows with the entries by 500."""
    found = await _around(session, entries)
    return [booking for entry in entries for booking in bookings_of(found.fact(entry), chart)]


@dataclass(frozen=True, slots=True)
class _Around:
    """Everything that stands beside the entries."""

    invoices: Mapping[UUID, Invoice]
    of_enrolment: Mapping[tuple[UUID, UUID | None], Sequence[Invoice]]
    receipts: Mapping[UUID, str]
    courses: Mapping[UUID, tuple[str, str, str, str]]
    people: Mapping[UUID, str]
    companies: Mapping[UUID, str]
    fees: Mapping[UUID, Settled]

    def fact(self, entry: LedgerEntry) -> Fact:
        """The entry as a booking needs it."""
        invoice = self.invoices.get(entry.invoice_id) if entry.invoice_id else self._valid_then(entry)
        reference, run, title, cost_centre = ("", "", "", "")
        if entry.enrolment_id:
            reference, run, title, cost_centre = self.courses.get(entry.enrolment_id, ("", "", "", ""))
        payer = self._payer(entry, invoice)
        fee = self.fees.get(entry.id)
        if fee is not None:
            return Fact(
                entry_id=str(entry.id), day=local(entry.booked_at).date(), kind=entry.kind, cents=entry.amount_cents,
                cause=entry.cause, provider=entry.provider, document=fee.number, text=f"Honorar {fee.month:%m/%Y}",
                payer=fee.name,
            )  # fmt: skip
        return Fact(
            entry_id=str(entry.id),
            day=local(entry.booked_at).date(),
            kind=entry.kind,
            cents=entry.amount_cents,
            cause=entry.cause,
            provider=entry.provider,
            rates=rates_of(invoice, reference),
            document=invoice.number if invoice else reference,
            receipt=self.receipts.get(entry.id, ""),
            reference=reference,
            text=" ".join(part for part in (run, title) if part),
            payer=payer,
            cost_centre=cost_centre,
            due_on=invoice.due_on if invoice else None,
        )

    def _valid_then(self, entry: LedgerEntry) -> Invoice | None:
        """The newest invoice of the account at the moment of the entry: the open item that money settles."""
        if entry.enrolment_id is None:
            return None
        known = self.of_enrolment.get((entry.enrolment_id, entry.share_id), ())
        before = [one for one in known if one.issued_at <= entry.booked_at]
        return before[-1] if before else None

    def _payer(self, entry: LedgerEntry, invoice: Invoice | None) -> str:
        if entry.company_id:
            return self.companies.get(entry.company_id, "")
        if entry.debtor_id:
            return self.people.get(entry.debtor_id, "")
        return str(invoice.debtor.get("name", "")) if invoice else ""


def rates_of(invoice: Invoice | None, reference: str) -> tuple[tuple[int, int], ...]:
    """What a document says about the tax of one enrolment: cents by rate in whole percent; exempt where a line says nothing."""
    if invoice is None:
        return ()
    lines = [one for one in invoice.lines if one.get("reference", reference) == reference] or invoice.lines
    sums: dict[int, int] = {}
    for line in lines:
        rate = _percent(line)
        sums[rate] = sums.get(rate, 0) + int(line["amount_cents"])
    return tuple((rate, abs(cents)) for rate, cents in sorted(sums.items()))


def _percent(line: Mapping[str, Any]) -> int:
    """The tax rate of a line of an invoice, which keeps it in hundredths of a percent; exempt where it says nothing."""
    return int(line.get("tax_rate_bp") or 0) // 100


async def _around(session: AsyncSession, entries: Sequence[LedgerEntry]) -> _Around:
    enrolments = {one.enrolment_id for one in entries if one.enrolment_id}
    invoices, of_enrolment = await _documents(session, entries, enrolments)
    receipts: dict[UUID, str] = {}
    for ids in _parts([one.id for one in entries]):
        rows = await session.execute(
            select(CashReceipt.entry_id, CashReceipt.number).where(CashReceipt.entry_id.in_(ids))
        )
        receipts.update((entry_id, number) for entry_id, number in rows)
    courses: dict[UUID, tuple[str, str, str, str]] = {}
    for ids in _parts(enrolments):
        found = await session.execute(
            select(Enrolment.id, Enrolment.reference, Run.number, Course.title_de, Run.cost_centre)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Enrolment.id.in_(ids))
        )
        courses.update((one, (reference, run, title, centre)) for one, reference, run, title, centre in found)
    people: dict[UUID, str] = {}
    for ids in _parts({one.debtor_id for one in entries if one.debtor_id}):
        people.update(
            {one.id: one.name for one in await session.scalars(select(Person).where(Person.id.in_(ids)))}
        )
    companies: dict[UUID, str] = {}
    for ids in _parts({one.company_id for one in entries if one.company_id}):
        rows_of = await session.scalars(select(Company).where(Company.id.in_(ids)))
        companies.update({one.id: one.name for one in rows_of})
    fees: dict[UUID, Settled] = {}
    for some in _parts([one.id for one in entries if one.kind in HONORARIA]):
        fees.update(await settled_by(session, some))
    return _Around(invoices, of_enrolment, receipts, courses, people, companies, fees)


async def _documents(
    session: AsyncSession, entries: Sequence[LedgerEntry], enrolments: Collection[UUID]
) -> tuple[dict[UUID, Invoice], dict[tuple[UUID, UUID | None], list[Invoice]]]:
    """The documents that entries name, and the invoices of each account in the order of time."""
    named: dict[UUID, Invoice] = {}
    for ids in _parts({one.invoice_id for one in entries if one.invoice_id}):
        named.update(
            {one.id: one for one in await session.scalars(select(Invoice).where(Invoice.id.in_(ids)))}
        )
    accounts: dict[tuple[UUID, UUID | None], list[Invoice]] = {}
    whose = func.coalesce(InvoiceShare.enrolment_id, Invoice.enrolment_id)
    for ids in _parts(enrolments):
        rows = await session.execute(
            select(whose, Invoice)
            .outerjoin(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
            .where(whose.in_(ids), Invoice.kind == InvoiceKind.INVOICE)
            .order_by(Invoice.issued_at, Invoice.counter)
        )
        for enrolment_id, invoice in rows:
            accounts.setdefault((enrolment_id, invoice.share_id), []).append(invoice)
    return named, accounts


def _parts(ids: Collection[UUID]) -> list[list[UUID]]:
    listed = sorted(ids)
    return [listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE)]
