"""Lines of the cashiers' lists, with a constant number of statements however long the list is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Invoice, LedgerEntry
from lms.billing.overview import AccountRow, Sums, View, fits, page_of_accounts, standing, sums_of
from lms.billing.standing import Account, accounts
from lms.catalogue.models import Course, Run
from lms.dunning.queries import is_handed_over, last_reminders, level_of
from lms.dunning.rules import Before
from lms.enrolment.models import Enrolment
from lms.kernel.marking import N_
from lms.people.models import Company, Person
from lms.people.queries import SHORTEST_SEARCH, person_fits


class Reminded(StrEnum):
    """The lists by reminder, beside the views of the ledger."""

    ANY = "reminded"
    FIRST = "reminded_1"
    SECOND = "reminded_2"
    THIRD = "reminded_3"


LEVELS = {Reminded.FIRST: 1, Reminded.SECOND: 2, Reminded.THIRD: 3}
ADDRESSES: Mapping[str, View | Reminded] = {
    "offen": View.OPEN,
    "faellig": View.DUE,
    "ueberfaellig": View.OVERDUE,
    "gemahnt": Reminded.ANY,
    "gemahnt-1": Reminded.FIRST,
    "gemahnt-2": Reminded.SECOND,
    "gemahnt-3": Reminded.THIRD,
    "bezahlt": View.PAID,
    "gutgeschrieben": View.CREDITED,
    "guthaben": View.TO_PAY_BACK,
    "alle": View.ALL,
}
"""What stands in the address for each list."""
WORDS: Mapping[str, str] = {
    "offen": N_("Still open"),
    "faellig": N_("Due within 7 days"),
    "ueberfaellig": N_("Overdue"),
    "gemahnt": N_("Reminded"),
    "gemahnt-1": N_("Reminded once"),
    "gemahnt-2": N_("Reminded twice"),
    "gemahnt-3": N_("Reminded three times"),
    "bezahlt": N_("Paid"),
    "gutgeschrieben": N_("Credited"),
    "guthaben": N_("To pay back"),
    "alle": N_("All"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One account as a list shows it. `key` leads to the page of its debtor."""

    row: AccountRow
    account: Account | None
    reference: str
    debtor: str
    participant: str
    run: str
    course_de: str
    course_en: str
    key: UUID | None
    level: int

    @property
    def number(self) -> str:
        """The number of the invoice that is valid."""
        return self.account.invoice.number if self.account and self.account.invoice else ""

    @property
    def subject(self) -> str:
        """What it is for where that is no enrolment: the first line of an invoice written by hand."""
        invoice = self.account.invoice if self.account else None
        if self.reference or invoice is None:
            return ""
        return next((str(line.get("text") or "") for line in invoice.lines), "")

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been paid already."""
        return self.row.open_cents > 0 and self.row.due_on is not None and self.row.due_on < today


def in_view(table: Subquery, view: View | Reminded, today: date) -> ColumnElement[bool]:
    """The filter of a list on `standing()`."""
    if isinstance(view, View):
        return fits(table, view, today)
    level = level_of(table)
    wanted = level == LEVELS[view] if view in LEVELS else level >= 1
    return (table.c.open_cents > 0) & wanted


def searched(table: Subquery, text: str) -> list[ColumnElement[bool]]:
    """The filter for a name, the number of an invoice, or the reference of an enrolment; nothing typed means everything."""
    typed = text.strip()
    if len(typed) < SHORTEST_SEARCH:
        return []
    persons = select(Person.id).where(person_fits(typed))
    also_merged = select(Person.id).where(or_(Person.id.in_(persons), Person.merged_into_id.in_(persons)))
    firms = select(Company.id).where(func.lower(Company.name).contains(typed.lower(), autoescape=True))
    owing = select(LedgerEntry.enrolment_id).where(
        or_(LedgerEntry.debtor_id.in_(also_merged), LedgerEntry.company_id.in_(firms))
    )
    claimed = select(Enrolment.id).where(
        or_(func.lower(Enrolment.reference) == typed.lower(), Enrolment.person_id.in_(persons))
    )
    numbered = select(Invoice.id).where(func.lower(Invoice.number).contains(typed.lower(), autoescape=True))
    return [
        or_(
            table.c.enrolment_id.in_(owing),
            table.c.enrolment_id.in_(claimed),
            table.c.invoice_id.in_(numbered),
        )
    ]


async def claims_page(
    session: AsyncSession,
    view: View | Reminded,
    text: str,
    *,
    today: date,
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[Line], Sums]:
    """A page of a list, and what the whole list comes to."""
    table = standing()
    wanted = [in_view(table, view, today), *searched(table, text)]
    sums = await sums_of(session, table, *wanted)
    rows = await page_of_accounts(session, table, *wanted, limit=limit, offset=offset)
    return await lines_of(session, rows), sums


async def handing_over(
    session: AsyncSession, *, today: date, is_gone: bool, limit: int, offset: int = 0
) -> tuple[Sequence[Line], Sums]:
    """What was reminded three times and is still owed: not handed over yet, or handed over."""
    table = standing()
    gone = is_handed_over(table)
    wanted = (
        [gone]
        if is_gone
        else [in_view(table, Reminded.THIRD, today), fits(table, View.OVERDUE, today), ~gone]
    )
    sums = await sums_of(session, table, *wanted)
    rows = await page_of_accounts(session, table, *wanted, limit=limit, offset=offset)
    return await lines_of(session, rows), sums


async def lines_of(session: AsyncSession, rows: Sequence[AccountRow]) -> Sequence[Line]:
    """These accounts with whom and what they concern; eight statements."""
    ids = [row.enrolment_id for row in rows]
    found = {one.account_id: one for one in await accounts(session, enrolment_ids=ids, only_open=False)}
    concerned = {
        enrolment.id: (enrolment, number, german, english)
        for enrolment, number, german, english in await session.execute(
            select(Enrolment, Run.number, Course.title_de, Course.title_en)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Enrolment.id.in_(ids))
        )
    }
    people = await _people(
        session,
        {one.debtor_id for one in found.values()} | {one[0].person_id for one in concerned.values()},
    )
    firms = await _firms(session, {one.company_id for one in found.values() if one.company_id})
    levels = await last_reminders(session, [row.account_id for row in rows])
    return [_line(row, found.get(row.account_id), concerned, people, firms, levels) for row in rows]


def _line(
    row: AccountRow,
    account: Account | None,
    concerned: Mapping[UUID, tuple[Enrolment, str, str, str]],
    people: Mapping[UUID, tuple[UUID, str]],
    firms: Mapping[UUID, str],
    levels: Mapping[tuple[UUID, UUID], Before],
) -> Line:
    enrolment, run, german, english = concerned.get(row.enrolment_id, (None, "", "", ""))
    key, debtor = None, ""
    if account is not None and account.company_id:
        key, debtor = account.company_id, firms.get(account.company_id, "")
    elif account is not None and account.debtor_id:
        key, debtor = people.get(account.debtor_id, (account.debtor_id, ""))
    if account is not None and account.invoice is not None:
        debtor = debtor or str(account.invoice.debtor.get("name") or "")
    participant = people.get(enrolment.person_id, (None, ""))[1] if enrolment and enrolment.person_id else ""
    before = levels.get((row.account_id, row.invoice_id)) if row.invoice_id else None
    return Line(
        row, account, enrolment.reference if enrolment else "", debtor, participant, run, german, english or "",
        key, before.level if before else 0,
    )  # fmt: skip


async def _people(session: AsyncSession, ids: set[UUID | None]) -> dict[UUID, tuple[UUID, str]]:
    """Who is meant by each id: the living record and its name."""
    rows = await session.scalars(select(Person).where(Person.id.in_([one for one in ids if one])))
    return {one.id: (one.merged_into_id or one.id, one.name) for one in rows}


async def _firms(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Company.id, Company.name).where(Company.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def row_of(account: Account, *, has_plan: bool) -> AccountRow:
    """An account that is known already, as a line of a list has it."""
    return AccountRow(
        account.account_id, account.enrolment_id, account.share_id, account.balance.charged_cents,
        account.balance.paid_cents, account.open_cents, account.invoice.id if account.invoice else None,
        account.due_on, has_plan,
    )  # fmt: skip
