"""Everything about one debtor, a person or a company, with a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.instalments.queries import current_plans
from lms.billing.instalments.rules import PlanStanding, standing_of
from lms.billing.models import Invoice, LedgerEntry, Refund
from lms.billing.queries import is_about
from lms.billing.standing import Account, accounts
from lms.dunning.models import DebtorNote, HandedOver, ReminderBlock
from lms.dunning.queries import Sent, blocks, handed_over, notes_about, reminders_to
from lms.kernel.errors import NotFound
from lms.messaging.models import Letter
from lms.people.duplicates import living, records_merged_into
from lms.people.models import Company, Person
from lms.portal.finance.claims_reading import Line, lines_of, row_of

MOST_ENTRIES = 300
MOST_LETTERS = 30
KINDS = ("invoice", "credit_note", "reminder", "instalments", "refund", "receipt")
"""The letters that are about money."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger and what the debtor owed after it, in cents."""

    entry: LedgerEntry
    number: str
    after_cents: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account with its plan and whether somebody else collects it."""

    line: Line
    plan: PlanStanding | None
    handed_over: HandedOver | None


@dataclass(frozen=True, slots=True)
class DebtorView:
    """A debtor's page."""

    key: UUID
    name: str
    person: Person | None
    company: Company | None
    accounts: Sequence[AccountView]
    movements: Sequence[Movement]
    documents: Sequence[Invoice]
    refunds: Sequence[Refund]
    reminders: Sequence[Sent]
    letters: Sequence[Letter]
    notes: Sequence[DebtorNote]
    block: ReminderBlock | None

    @property
    def open_cents(self) -> int:
        """What is owed on all accounts together; negative where the centre owes."""
        return sum(one.line.row.open_cents for one in self.accounts)

    def overdue_cents(self, today: date) -> int:
        """What should have been paid by now."""
        return sum(one.line.row.open_cents for one in self.accounts if one.line.is_overdue(today))


async def whose(session: AsyncSession, key: UUID) -> tuple[Person | None, Company | None]:
    """The person (as they live now) or the company that is meant. Raises NotFound."""
    person = await living(session, key)
    company = await session.get(Company, key) if person is None else None
    if person is None and company is None:
        raise NotFound
    return person, company


async def debtor_of(session: AsyncSession, key: UUID, today: date) -> DebtorView:
    """The whole page. Raises NotFound."""
    person, company = await whose(session, key)
    ids = [person.id, *await records_merged_into(session, person.id)] if person else [key]
    found = await _accounts(session, ids, company)
    enrolment_ids = list({one.enrolment_id for one in found})
    theirs = {one.account_id for one in found}
    plans = await current_plans(session, theirs)
    gone = await handed_over(session, theirs)
    lines = await lines_of(session, [row_of(one, has_plan=one.account_id in plans) for one in found])
    views = []
    for line in lines:
        plan = plans.get(line.row.account_id)
        told = standing_of(*plan, line.row.open_cents, today) if plan else None
        views.append(AccountView(line, told, gone.get(line.row.account_id)))
    documents = [
        one
        for one in await session.scalars(
            select(Invoice)
            .where(is_about(enrolment_ids))
            .order_by(Invoice.issued_at, Invoice.series, Invoice.counter)
        )
        if (one.company_id == company.id if company else one.debtor_id in ids and one.company_id is None)
    ]
    refunds = await session.scalars(
        select(Refund).where(Refund.enrolment_id.in_(enrolment_ids)).order_by(Refund.requested_at)
    )
    main = person.id if person else key
    return DebtorView(
        key=main,
        name=person.name if person else company.name if company else "",
        person=person,
        company=company,
        accounts=views,
        movements=await _movements(session, enrolment_ids, theirs),
        documents=documents,
        refunds=refunds.all(),
        reminders=await reminders_to(session, ids),
        letters=await _letters(session, ids, [one.id for one in documents]),
        notes=await notes_about(session, ids),
        block=next(iter((await blocks(session, ids, today)).values()), None),
    )


async def _accounts(session: AsyncSession, ids: Sequence[UUID], company: Company | None) -> list[Account]:
    named = LedgerEntry.company_id == company.id if company else LedgerEntry.debtor_id.in_(ids)
    concerned = (
        await session.scalars(select(LedgerEntry.enrolment_id).where(named).distinct())
    ).all()  # fmt: skip
    found = await accounts(
        session, enrolment_ids=[one for one in concerned if one is not None], only_open=False
    )
    if company is not None:
        return [one for one in found if one.company_id == company.id]
    return [one for one in found if one.company_id is None and one.debtor_id in ids]


async def _movements(
    session: AsyncSession, enrolment_ids: Sequence[UUID], account_ids: set[UUID]
) -> Sequence[Movement]:
    """The newest entries first, each with the running total."""
    rows = await session.execute(
        select(LedgerEntry, Invoice.number)
        .outerjoin(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .where(
            LedgerEntry.enrolment_id.in_(enrolment_ids),
            or_(LedgerEntry.share_id.is_(None), LedgerEntry.share_id.in_(list(account_ids))),
        )
        .order_by(LedgerEntry.booked_at, LedgerEntry.kind, LedgerEntry.id)
    )
    total, told = 0, []
    for entry, number in rows:
        if (entry.share_id or entry.enrolment_id) not in account_ids:
            continue
        total += entry.amount_cents
        told.append(Movement(entry, number or "", total))
    return told[::-1][:MOST_ENTRIES]


async def _letters(session: AsyncSession, ids: Sequence[UUID], documents: Sequence[UUID]) -> Sequence[Letter]:
    return (
        await session.scalars(
            select(Letter)
            .where(or_(Letter.person_id.in_(ids), Letter.about_id.in_(documents)), Letter.kind.in_(KINDS))
            .order_by(Letter.written_at.desc(), Letter.id)
            .limit(MOST_LETTERS)
        )
    ).all()
