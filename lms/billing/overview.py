"""The cashiers' lists: every account with what is owed on it and until when, filtered, paged and summed in the database.

An account is what one payer owes for one enrolment: `account_id` is its `share_id`, or its `enrolment_id` where it is that
of whoever enrolled. Nothing here reads more accounts into memory than a page shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.instalments.models import CURRENT, InstalmentPlan
from lms.billing.instalments.queries import due_by_plan
from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.rules import MONEY_MOVED

SOON = timedelta(days=7)
"""How far ahead the list of what is due looks."""


class View(StrEnum):
    """Which accounts a list shows."""

    ALL = "all"
    OPEN = "open"
    DUE = "due"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDITED = "credited"
    TO_PAY_BACK = "to_pay_back"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A line of a list. `due_on` is the last day to pay in time, by the invoice or by the plan that holds."""

    account_id: UUID
    enrolment_id: UUID
    share_id: UUID | None
    charged_cents: int
    paid_cents: int
    open_cents: int
    invoice_id: UUID | None
    due_on: date | None
    has_plan: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """How many accounts, what they cost, what was paid, and what is owed on them, in cents."""

    count: int = 0
    charged_cents: int = 0
    paid_cents: int = 0
    open_cents: int = 0


def standing(*only: ColumnElement[bool]) -> Subquery:
    """Every account as a table: its sums, its valid invoice, its day. `only` are filters on `LedgerEntry`."""
    moved = LedgerEntry.kind.in_(MONEY_MOVED)
    cents = LedgerEntry.amount_cents
    sums = (
        select(
            LedgerEntry.enrolment_id,
            LedgerEntry.share_id,
            func.coalesce(LedgerEntry.share_id, LedgerEntry.enrolment_id).label("account_id"),
            func.sum(case((moved, 0), else_=cents)).label("charged_cents"),
            func.sum(case((moved, -cents), else_=0)).label("paid_cents"),
            func.sum(cents).label("open_cents"),
            func.sum(case((LedgerEntry.kind == EntryKind.CREDIT, cents), else_=0)).label("credited_cents"),
            func.max(LedgerEntry.booked_at).label("moved_at"),
        )
        .where(LedgerEntry.enrolment_id.is_not(None), *only)
        .group_by(LedgerEntry.enrolment_id, LedgerEntry.share_id)
        .subquery("sums")
    )
    documents = _valid_documents()
    return (
        select(
            *sums.c,
            documents.c.invoice_id,
            InstalmentPlan.id.label("plan_id"),
            func.coalesce(due_by_plan(sums.c.open_cents), documents.c.due_on).label("due_on"),
        )
        .select_from(sums)
        .outerjoin(documents, documents.c.account_id == sums.c.account_id)
        .outerjoin(
            InstalmentPlan,
            and_(InstalmentPlan.account_id == sums.c.account_id, InstalmentPlan.state.in_(CURRENT)),
        )
        .subquery("standing")
    )


def _valid_documents() -> Subquery:
    """The newest invoice of each account that no credit note has reversed."""
    reversal = aliased(Invoice)
    of_one = select(
        func.coalesce(Invoice.share_id, Invoice.enrolment_id).label("account_id"),
        Invoice.id.label("invoice_id"), Invoice.due_on, Invoice.issued_at, Invoice.counter,
    ).where(Invoice.enrolment_id.is_not(None))  # fmt: skip
    of_order = select(
        InvoiceShare.enrolment_id, Invoice.id, Invoice.due_on, Invoice.issued_at, Invoice.counter
    ).join(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
    valid = [
        each.outerjoin(reversal, reversal.reverses_id == Invoice.id).where(
            Invoice.kind == InvoiceKind.INVOICE, reversal.id.is_(None)
        )
        for each in (of_one, of_order)
    ]
    every = union_all(*valid).subquery("documents")
    newest = func.row_number().over(
        partition_by=every.c.account_id, order_by=(every.c.issued_at.desc(), every.c.counter.desc())
    )
    ranked = select(every, newest.label("rank")).subquery("ranked")
    return (
        select(ranked.c.account_id, ranked.c.invoice_id, ranked.c.due_on)
        .where(ranked.c.rank == 1)
        .subquery("valid")
    )


def fits(table: Subquery, view: View, today: date) -> ColumnElement[bool]:
    """The filter of a view on `standing()`."""
    owed, due = table.c.open_cents, table.c.due_on
    return {
        View.ALL: or_(owed != 0, table.c.charged_cents != 0, table.c.paid_cents != 0),
        View.OPEN: owed > 0,
        View.DUE: and_(owed > 0, due >= today, due <= today + SOON),
        View.OVERDUE: and_(owed > 0, due < today),
        View.PAID: and_(owed <= 0, table.c.charged_cents > 0, table.c.paid_cents > 0),
        View.CREDITED: table.c.credited_cents < 0,
        View.TO_PAY_BACK: owed < 0,
    }.get(view, false())


async def sums_of(session: AsyncSession, table: Subquery, *wanted: ColumnElement[bool]) -> Sums:
    """The line beneath a list; one statement."""
    columns = table.c
    row = (
        await session.execute(
            select(
                func.count(), func.sum(columns.charged_cents), func.sum(columns.paid_cents),
                func.sum(columns.open_cents),
            ).where(*wanted)
        )
    ).one()  # fmt: skip
    return Sums(*(int(value or 0) for value in row))


async def page_of_accounts(
    session: AsyncSession, table: Subquery, *wanted: ColumnElement[bool], limit: int, offset: int = 0
) -> Sequence[AccountRow]:
    """A page of a list: what is due first comes first, what has no day last; one statement."""
    columns = table.c
    rows = await session.execute(
        select(
            columns.account_id, columns.enrolment_id, columns.share_id, columns.charged_cents, columns.paid_cents,
            columns.open_cents, columns.invoice_id, columns.due_on, columns.plan_id,
        )
        .where(*wanted)
        .order_by(columns.due_on.is_(None), columns.due_on, columns.account_id)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [
        AccountRow(
            row.account_id, row.enrolment_id, row.share_id, int(row.charged_cents), int(row.paid_cents),
            int(row.open_cents), row.invoice_id, row.due_on, row.plan_id is not None,
        )
        for row in rows
    ]  # fmt: skip


async def counts(session: AsyncSession, table: Subquery, today: date) -> dict[View, Sums]:
    """How many accounts each view has and what they come to; one statement."""
    views = [view for view in View if view is not View.ALL]
    columns = []
    for view in views:
        inside = fits(table, view, today)
        columns += [
            func.sum(case((inside, 1), else_=0)),
            func.sum(case((inside, table.c.charged_cents), else_=0)),
            func.sum(case((inside, table.c.paid_cents), else_=0)),
            func.sum(case((inside, table.c.open_cents), else_=0)),
        ]
    row = [int(value or 0) for value in (await session.execute(select(*columns))).one()]
    return {view: Sums(*row[4 * number : 4 * number + 4]) for number, view in enumerate(views)}
