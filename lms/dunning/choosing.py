"""Who is to be reminded, of what, at which level; and who is left out, and why. The preview and the run ask the same."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.models import (
    PENDING_REFUNDS,
    LedgerEntry,
    Refund,
    Settlement,
    SettlementState,
)
from lms.billing.overview import View, fits, standing
from lms.billing.standing import Account, accounts
from lms.debits.queries import under_collection
from lms.dunning.queries import blocks, disputed, handed_over, last_reminders
from lms.dunning.rules import LAST_LEVEL, Before, LeftOut, Schedule, due_level
from lms.people.models import Company, Person
from lms.people.rules import is_minor

T = TypeVar("T")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """One account that is late: the level of the reminder that is due, or why there is none."""

    account: Account
    before: Before | None
    level: int | None = None
    why: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """Everything of one debtor that is late. `key` is the id of the company, else of the person as they live now."""

    key: UUID
    name: str
    debtor_id: UUID | None
    company_id: UUID | None
    claims: Sequence[Claim]
    why: LeftOut | None = None
    note: str = field(default="")

    @property
    def due(self) -> Sequence[Claim]:
        """The claims the reminder names."""
        return [] if self.why else [one for one in self.claims if one.level is not None]

    @property
    def level(self) -> int:
        """The level of the reminder: the highest of its claims."""
        return max(one.level or 0 for one in self.due)

    @property
    def owed_cents(self) -> int:
        """What the reminder asks for, without its fee; for those who get none what is late."""
        return sum(one.account.open_cents for one in self.due or self.claims)

    @property
    def reasons(self) -> Sequence[LeftOut]:
        """Why what is late is not reminded, each reason once."""
        found = [self.why] if self.why else [one.why for one in self.claims if one.why]
        return list(dict.fromkeys(reason for reason in found if reason))


async def debts(
    session: AsyncSession, *, day: date, schedule: Schedule, only_key: UUID | None = None
) -> Sequence[Debt]:
    """Every debtor with something late on this day, by name; with `only_key` one of them.

    A constant number of statements for each 500 accounts that are late; what is not late is not read.
    """
    late = await _late(session, day, only_key)
    persons = await _persons(session, {one.debtor_id for one in late if one.debtor_id})
    firms = await _companies(session, {one.company_id for one in late if one.company_id})
    by_debtor: dict[UUID, list[Account]] = defaultdict(list)
    for account in late:
        person = persons.get(account.debtor_id) if account.debtor_id else None
        key = account.company_id or (person.id if person else account.debtor_id)
        if key is not None and (only_key is None or key == only_key):
            by_debtor[key].append(account)
    held = await blocks(session, list(by_debtor), day) if by_debtor else {}
    told = []
    for part in _parts([one for found in by_debtor.values() for one in found]):
        told += await _claims(session, part, day, schedule)
    claims = {one.account.account_id: one for one in told}
    found = []
    for key, theirs in by_debtor.items():
        first = theirs[0]
        person = persons.get(first.debtor_id) if first.debtor_id else None
        company = firms.get(first.company_id) if first.company_id else None
        name = company.name if company else person.name if person else ""
        block = held.get(key)
        debt = Debt(
            key, name, person.id if person else None, first.company_id,
            [claims[one.account_id] for one in sorted(theirs, key=lambda one: one.due_on or day)],
            note=block.reason if block else "",
        )  # fmt: skip
        found.append(_judged(debt, person, company, is_blocked=block is not None, day=day, schedule=schedule))
    return sorted(found, key=lambda debt: (debt.name.casefold(), debt.key))


def _judged(
    debt: Debt,
    person: Person | None,
    company: Company | None,
    *,
    is_blocked: bool,
    day: date,
    schedule: Schedule,
) -> Debt:
    why = None
    if is_blocked:
        why = LeftOut.BLOCKED
    elif person is None and company is None:
        why = LeftOut.NOBODY
    elif company is None and person is not None and is_minor(person.birth_date, day):
        why = LeftOut.MINOR
    elif debt.due and debt.owed_cents < schedule.minimum_cents:
        why = LeftOut.TOO_LITTLE
    if why is None:
        return debt
    return Debt(debt.key, debt.name, debt.debtor_id, debt.company_id, debt.claims, why, debt.note)


async def _late(session: AsyncSession, day: date, only_key: UUID | None) -> list[Account]:
    only: list[ColumnElement[bool]] = []
    if only_key is not None:
        merged = select(Person.id).where(or_(Person.id == only_key, Person.merged_into_id == only_key))
        theirs = select(LedgerEntry.enrolment_id).where(
            or_(LedgerEntry.company_id == only_key, LedgerEntry.debtor_id.in_(merged))
        )
        only.append(LedgerEntry.enrolment_id.in_(theirs))
    table = standing(*only)
    ids = (
        await session.scalars(
            select(table.c.enrolment_id)
            .where(fits(table, View.OVERDUE, day))
            .distinct()
            .order_by(table.c.enrolment_id)
        )
    ).all()
    found: list[Account] = []
    for first in range(0, len(ids), AT_ONCE):
        found += await accounts(session, enrolment_ids=ids[first : first + AT_ONCE])
    return [one for one in found if one.open_cents > 0 and one.due_on is not None and one.due_on < day]


async def _claims(
    session: AsyncSession, late: Sequence[Account], day: date, schedule: Schedule
) -> list[Claim]:
    before = await last_reminders(session, [one.account_id for one in late])
    excluded = await _excluded(session, late, day)
    return [
        _claim(
            one, before.get((one.account_id, one.invoice.id)) if one.invoice else None,
            excluded.get(one.account_id), day, schedule,
        )
        for one in late
    ]  # fmt: skip


def _claim(
    account: Account, before: Before | None, why: LeftOut | None, day: date, schedule: Schedule
) -> Claim:
    if why is None and account.invoice is None:
        why = LeftOut.NO_INVOICE
    if why is not None or account.due_on is None:
        return Claim(account, before, why=why)
    level = due_level(account.due_on, before, day, schedule)
    if level is None:
        is_last = before is not None and before.level >= LAST_LEVEL
        why = LeftOut.ALL_SENT if is_last else LeftOut.TOO_EARLY
    return Claim(account, before, level, why)


async def _excluded(session: AsyncSession, late: Sequence[Account], day: date) -> Mapping[UUID, LeftOut]:
    """What forbids a reminder about these accounts, whatever the day."""
    own = {one.enrolment_id for one in late}
    refunds = await _ids(
        session, Refund.enrolment_id, Refund.enrolment_id.in_(own), Refund.state.in_(PENDING_REFUNDS)
    )
    settlements = await _ids(
        session, Settlement.enrolment_id, Settlement.enrolment_id.in_(own),
        Settlement.state == SettlementState.OPEN, Settlement.amount_cents < 0,
    )  # fmt: skip
    plans = await _ids(
        session, InstalmentPlan.account_id, InstalmentPlan.account_id.in_([one.account_id for one in late]),
        InstalmentPlan.state == PlanState.ACTIVE,
    )  # fmt: skip
    debits = await under_collection(session, own)
    disputes = await disputed(session, own, day)
    gone = await handed_over(session, [one.account_id for one in late])
    found = {}
    for one in late:
        if one.account_id in gone:
            found[one.account_id] = LeftOut.HANDED_OVER
        elif one.account_id in plans:
            found[one.account_id] = LeftOut.INSTALMENTS
        elif one.enrolment_id in refunds:
            found[one.account_id] = LeftOut.REFUND
        elif one.enrolment_id in settlements:
            found[one.account_id] = LeftOut.SETTLEMENT
        elif one.enrolment_id in debits and one.share_id is None:
            found[one.account_id] = LeftOut.DEBIT
        elif one.enrolment_id in disputes and one.share_id is None:
            found[one.account_id] = LeftOut.DISPUTED
    return found


async def _ids(
    session: AsyncSession, column: InstrumentedAttribute[UUID], *wanted: ColumnElement[bool]
) -> frozenset[UUID]:
    return frozenset((await session.scalars(select(column).where(*wanted))).all())


async def _persons(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Whoever is meant by each id, as they live now."""
    found: dict[UUID, Person] = {}
    for part in _parts(list(ids)):
        alive = func.coalesce(Person.merged_into_id, Person.id)
        rows = await session.execute(select(Person.id, alive).where(Person.id.in_(part)))
        now = {row[0]: row[1] for row in rows}
        kept = await session.scalars(select(Person).where(Person.id.in_(list(now.values()))))
        by_id = {one.id: one for one in kept}
        found |= {old: by_id[new] for old, new in now.items()}
    return found


async def _companies(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Company]:
    found: dict[UUID, Company] = {}
    for part in _parts(list(ids)):
        rows = await session.scalars(select(Company).where(Company.id.in_(part)))
        found |= {one.id: one for one in rows}
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), AT_ONCE):
        yield items[first : first + AT_ONCE]
