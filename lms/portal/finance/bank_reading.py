"""What the pages about bank lines show, with a constant number of statements."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.debts import debts_by_account
from lms.banking.gathering import debts_like, facts_of, matcher_for
from lms.banking.matching.values import Debt
from lms.banking.models import BankLine, BankStatement, KnownAccount, LineState, Sighting
from lms.banking.queries import (
    MOST_BOOKED,
    accounts_known,
    line_of,
    open_lines,
    parts_of,
    sort_lines,
)
from lms.people.models import Company, Person
from lms.portal.finance.bank_words import Share, ShownLine, shares_of, shown

SHORTEST_SEARCH = 3


@dataclass(frozen=True, slots=True)
class Block:
    """One of the three groups: all its lines and their sum."""

    lines: Sequence[ShownLine]

    @property
    def received_cents(self) -> int:
        """Money that came in."""
        return sum(max(one.line.amount_cents, 0) for one in self.lines)

    @property
    def spent_cents(self) -> int:
        """Money that went out, as a positive sum."""
        return sum(max(-one.line.amount_cents, 0) for one in self.lines)


@dataclass(frozen=True, slots=True)
class WorkList:
    """All open lines in three blocks; `mark` says what the matched ones are for."""

    matched: Block
    unsure: Block
    unknown: Block
    mark: str
    at_once: int = MOST_BOOKED

    @property
    def bookable(self) -> Block:
        """What the button books in one go."""
        return Block(self.matched.lines[: self.at_once])


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose account it is, as the team confirmed."""

    known_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Payer:
    """To whom the account of a booked line may be said to belong."""

    name: str
    person_id: UUID | None = None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LineStory:
    """Everything about one line."""

    shown: ShownLine
    booked: Sequence[Share]
    statements: Sequence[BankStatement]
    whose: Sequence[Whose]
    payers: Sequence[Payer]
    found: Sequence[Debt]
    chosen: Sequence[Debt]
    siblings: int
    """How many payments the bank booked together with this one."""


async def work_list(session: AsyncSession, statement_id: UUID | None) -> WorkList:
    """What nobody has decided about, sorted."""
    lines = await open_lines(session, statement_id)
    matcher = await matcher_for(session, [facts_of(line) for line, _ in lines])
    found = await asyncio.to_thread(sort_lines, matcher, lines)
    debts = {debt.account_id: debt for debt in matcher.ground.debts}
    matched, unsure, unknown = (
        Block([shown(*judged, debts) for judged in group])
        for group in (found.matched, found.unsure, found.unknown)
    )
    return WorkList(matched, unsure, unknown, found.mark)


async def line_story(
    session: AsyncSession, line_id: UUID, *, typed: str = "", chosen: Collection[UUID] = ()
) -> LineStory:
    """One line, what it may be or is, and what a search by hand has found. Raises NotFound."""
    line, clearing = await line_of(session, line_id)
    facts = facts_of(line)
    if clearing.state is LineState.OPEN:
        matcher = await matcher_for(session, [facts])
        debts = {debt.account_id: debt for debt in matcher.ground.debts}
        told = shown(line, clearing, matcher.verdict(facts), debts)
    else:
        told, debts = ShownLine(line, clearing), {}
    parts = [(one.account_id, one.amount_cents) for one in (await parts_of(session, [line_id]))[line_id]]
    booked = await debts_by_account(session, [account_id for account_id, _ in parts])
    picked = await debts_by_account(session, chosen)
    is_searched = len(typed.strip()) >= SHORTEST_SEARCH
    statements = await session.scalars(
        select(BankStatement)
        .join(Sighting, Sighting.statement_id == BankStatement.id)
        .where(Sighting.entry_id == line.entry_id)
        .order_by(BankStatement.imported_at)
    )
    together = await session.scalars(select(BankLine.id).where(BankLine.entry_id == line.entry_id))
    return LineStory(
        shown=told,
        booked=shares_of(parts, booked),
        statements=statements.all(),
        whose=await _whose(session, await accounts_known(session, line.iban)),
        payers=_payers(list(booked.values())),
        found=await debts_like(session, typed) if is_searched else (),
        chosen=[picked[one] for one in chosen if one in picked],
        siblings=len(together.all()) - 1,
    )


def _payers(debts: Sequence[Debt]) -> list[Payer]:
    found = {
        debt.payer: Payer(
            debt.payer_name,
            None if debt.company_id else debt.payer,
            debt.company_id,
        )
        for debt in debts
        if debt.company_id or debt.payer in debt.persons
    }
    return list(found.values())


async def _whose(session: AsyncSession, known: Sequence[KnownAccount]) -> list[Whose]:
    people = {one.person_id for one in known if one.person_id}
    firms = {one.company_id for one in known if one.company_id}
    names: dict[UUID, str] = {}
    if people:
        names |= {
            one.id: one.name for one in await session.scalars(select(Person).where(Person.id.in_(people)))
        }
    if firms:
        names |= {
            one.id: one.name for one in await session.scalars(select(Company).where(Company.id.in_(firms)))
        }
    return [
        Whose(one.id, names[whose])
        for one in known
        if (whose := one.company_id or one.person_id) is not None and whose in names
    ]
