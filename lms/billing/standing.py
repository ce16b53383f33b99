"""What is owed, account by account: the one reading from which lists, reminders and bank files start."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.instalments.models import Instalment, InstalmentPlan
from lms.billing.instalments.queries import current_plans
from lms.billing.instalments.rules import standing_of
from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.rules import CLAIMS, Balance, balance

AT_ONCE = 5_000
"""So many ids in one statement: databases take about 32,000 parameters."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one payer owes for one enrolment: whoever enrolled, or with `share_id` who took over a part of the price.

    `invoice` is the newest that is valid; None where it is paid without one (cash). Its `due_on` is the day to pay by, unless
    instalments were agreed: then it is that of the first rate with something missing.
    """

    enrolment_id: UUID
    share_id: UUID | None
    debtor_id: UUID | None
    company_id: UUID | None
    balance: Balance
    invoice: Invoice | None
    plan_due_on: date | None = None

    @property
    def account_id(self) -> UUID:
        """What the account is known by."""
        return self.share_id or self.enrolment_id

    @property
    def open_cents(self) -> int:
        """What is still owed; negative where the centre owes."""
        return self.balance.open_cents

    @property
    def due_on(self) -> date | None:
        """The last day to pay in time: by the plan that holds (`plan_due_on`), else by the invoice."""
        return self.plan_due_on or (self.invoice.due_on if self.invoice else None)


async def accounts(
    session: AsyncSession,
    *,
    enrolment_ids: Collection[UUID] | None = None,
    only_open: bool = True,
) -> Sequence[Account]:
    """The accounts of these enrolments, or of everybody; four statements at most.

    `only_open` leaves out those that are even. Sums are made in the database, so that a year of bookings is not read for it.
    """
    wanted: list[ColumnElement[bool]] = [LedgerEntry.enrolment_id.is_not(None)]
    if enrolment_ids is not None:
        wanted.append(LedgerEntry.enrolment_id.in_(list(enrolment_ids)))
    key = (LedgerEntry.enrolment_id, LedgerEntry.share_id)
    grouped = select(*key).where(*wanted).group_by(*key)
    if only_open:
        grouped = grouped.having(func.sum(LedgerEntry.amount_cents) != 0)
    chosen = grouped.subquery()
    rows = await session.execute(
        select(
            *key, LedgerEntry.debtor_id, LedgerEntry.company_id, LedgerEntry.kind,
            func.sum(LedgerEntry.amount_cents), func.max(LedgerEntry.booked_at),
        )
        .join(
            chosen,
            (chosen.c.enrolment_id == LedgerEntry.enrolment_id)
            & chosen.c.share_id.is_not_distinct_from(LedgerEntry.share_id),
        )
        .group_by(*key, LedgerEntry.debtor_id, LedgerEntry.company_id, LedgerEntry.kind)
        .order_by(func.max(LedgerEntry.booked_at))
    )  # fmt: skip
    sums: dict[tuple[UUID, UUID | None], list[tuple[EntryKind, int]]] = {}
    payers: dict[tuple[UUID, UUID | None], tuple[UUID | None, UUID | None]] = {}
    for enrolment_id, share_id, debtor, company, kind, cents, _ in rows:
        if enrolment_id is None:
            continue
        account = (enrolment_id, share_id)
        sums.setdefault(account, []).append((kind, int(cents)))
        if kind in CLAIMS or account not in payers:  # the newest claim says who owes
            payers[account] = (debtor, company)
    documents: dict[tuple[UUID, UUID | None], Invoice] = {}
    for some in _in_parts([enrolment_id for enrolment_id, _ in sums]):
        documents |= await _valid_invoices(session, some)
    balances = {account: balance(entries) for account, entries in sums.items()}
    days = await _days_by_plan(
        session, {share or enrolment: balances[enrolment, share].open_cents for enrolment, share in sums}
    )
    return [
        Account(
            enrolment_id, share_id, *payers[enrolment_id, share_id], owed, documents.get((enrolment_id, share_id)),
            days.get(share_id or enrolment_id),
        )
        for (enrolment_id, share_id), owed in balances.items()
    ]  # fmt: skip


async def _days_by_plan(session: AsyncSession, owed: Mapping[UUID, int]) -> dict[UUID, date | None]:
    """The next day of each of these accounts on which a plan holds."""
    days: dict[UUID, date | None] = {}
    plans: dict[UUID, tuple[InstalmentPlan, Sequence[Instalment]]] = {}
    for some in _in_parts(list(owed)):
        plans |= await current_plans(session, some)
    for account_id, (plan, rates) in plans.items():
        told = standing_of(plan, rates, owed[account_id], plan.agreed_at.date())
        first = told.next_rate
        days[account_id] = plan.due_on if told.is_fallen else first.rate.due_on if first else None
    return days


def _in_parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]


async def _valid_invoices(
    session: AsyncSession, enrolment_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID | None], Invoice]:
    """The newest invoice of each account that no credit note has reversed."""
    reversal = aliased(Invoice)
    whose = func.coalesce(InvoiceShare.enrolment_id, Invoice.enrolment_id)
    rows = await session.execute(
        select(whose, Invoice)
        .outerjoin(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(
            Invoice.kind == InvoiceKind.INVOICE,
            reversal.id.is_(None),
            or_(Invoice.enrolment_id.in_(enrolment_ids), InvoiceShare.enrolment_id.in_(enrolment_ids)),
        )
        .order_by(Invoice.issued_at, Invoice.counter)
    )
    return {(enrolment_id, document.share_id): document for enrolment_id, document in rows}
