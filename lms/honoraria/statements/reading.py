"""Statements as lists and pages show them, in a session of the database that somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.models import EntryKind, LedgerEntry
from lms.honoraria.statements.collecting import same_person
from lms.honoraria.statements.models import (
    FeeAccount,
    FeeApproval,
    FeeLine,
    FeeObjection,
    FeePayout,
    FeeStatement,
    PayoutState,
    StatementKind,
    StatementState,
)
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.web.sent import uuid_in

LIVING = FeePayout.state.not_in([PayoutState.RETURNED, PayoutState.CANCELLED])


@dataclass(frozen=True, slots=True)
class Settled:
    """What the journal says about an entry for a trainer."""

    number: str
    month: date
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list."""

    statement: FeeStatement
    person: Person
    payout: FeePayout | None

    @property
    def is_reversal(self) -> bool:
        """Whether it takes another one back."""
        return self.statement.kind is StatementKind.REVERSAL


@dataclass(frozen=True, slots=True)
class View:
    """A statement with everything around it; its lines in the order in which they are printed."""

    statement: FeeStatement
    person: Person
    lines: Sequence[FeeLine]
    removed: Sequence[FeeLine]
    objections: Sequence[FeeObjection]
    approvals: Sequence[FeeApproval]
    payouts: Sequence[FeePayout]
    reverses: FeeStatement | None
    reversal: FeeStatement | None
    account: FeeAccount | None

    @property
    def payout(self) -> FeePayout | None:
        """The transfer that lives."""
        over = {PayoutState.RETURNED, PayoutState.CANCELLED}
        return next((one for one in self.payouts if one.state not in over), None)


async def settled_by(session: AsyncSession, entry_ids: Collection[UUID]) -> Mapping[UUID, Settled]:
    """Which statement each of these entries of the ledger is about; two statements. The events name what was booked."""
    rows = (await session.scalars(select(LedgerEntry).where(LedgerEntry.id.in_(entry_ids)))).all()
    named = {
        one.id: whose
        for one in rows
        if (whose := uuid_in((one.provider_event or "").rpartition(":")[2])) is not None
    }
    earned = {named[one.id] for one in rows if one.kind is EntryKind.HONORARIUM and one.id in named}
    moved = {named[one.id] for one in rows if one.kind is EntryKind.HONORARIUM_PAID and one.id in named}
    found = await session.execute(
        select(FeeStatement, FeePayout.id)
        .outerjoin(FeePayout, FeePayout.statement_id == FeeStatement.id)
        .where(or_(FeeStatement.id.in_(earned), FeePayout.id.in_(moved)))
    )
    by_id: dict[UUID, Settled] = {}
    for statement, payout_id in found:
        told = Settled(statement.number or "", statement.month, str(statement.facts.get("name", "")))
        by_id[statement.id] = told
        if payout_id is not None:
            by_id[payout_id] = told
    return {entry: by_id[whose] for entry, whose in named.items() if whose in by_id}


async def statements(
    session: AsyncSession, *wanted: ColumnElement[bool], limit: int = 200, offset: int = 0
) -> Sequence[Row]:
    """Statements, the newest month first, by names; one statement."""
    rows = await session.execute(
        select(FeeStatement, Person, FeePayout)
        .join(Person, Person.id == FeeStatement.person_id)
        .outerjoin(FeePayout, and_(FeePayout.statement_id == FeeStatement.id, LIVING))
        .where(*wanted)
        .order_by(FeeStatement.month.desc(), Person.family_name, Person.given_name, FeeStatement.opened_at)
        .limit(limit)
        .offset(offset)
    )
    return [Row(*row) for row in rows]


async def to_confirm(session: AsyncSession, person_id: UUID) -> Sequence[tuple[date, bool]]:
    """Months whose statement waits for its trainer, the first one first, and whether finance has sent it back; one statement.

    A month that is not over yet waits for nobody.
    """
    rejected = aliased(FeeStatement)
    sent_back = (
        select(rejected.id)
        .where(
            rejected.person_id == FeeStatement.person_id,
            rejected.month == FeeStatement.month,
            rejected.kind == StatementKind.STATEMENT,
            rejected.state == StatementState.REJECTED,
        )
        .exists()
    )
    rows = await session.execute(
        select(FeeStatement.month, sent_back)
        .where(
            FeeStatement.person_id == person_id,
            FeeStatement.kind == StatementKind.STATEMENT,
            FeeStatement.state == StatementState.OPEN,
            or_(FeeStatement.told_at.is_not(None), sent_back),
        )
        .order_by(FeeStatement.month)
    )
    return [(month, bool(came_back)) for month, came_back in rows]


async def counts(
    session: AsyncSession, *wanted: ColumnElement[bool]
) -> Mapping[StatementState, tuple[int, int]]:
    """How many there are in each state, and what they come to."""
    rows = await session.execute(
        select(FeeStatement.state, func.count(), func.sum(FeeStatement.total_cents))
        .where(*wanted)
        .group_by(FeeStatement.state)
    )
    return {state: (count, int(cents or 0)) for state, count, cents in rows}


async def own_statements(session: AsyncSession, person_id: UUID) -> Sequence[Row]:
    """What a trainer has confirmed so far, also under records that were merged, newest first."""
    ids = await same_person(session, person_id)
    return await statements(
        session, FeeStatement.person_id.in_(ids), FeeStatement.state != StatementState.OPEN
    )


async def read_statement(session: AsyncSession, statement_id: UUID) -> View:
    """One statement with everything around it; a constant number of statements. Raises NotFound."""
    other = aliased(FeeStatement)
    row = (
        await session.execute(
            select(FeeStatement, Person, other, FeeAccount)
            .join(Person, Person.id == FeeStatement.person_id)
            .outerjoin(other, other.id == FeeStatement.reverses_id)
            .outerjoin(FeeAccount, FeeAccount.person_id == FeeStatement.person_id)
            .where(FeeStatement.id == statement_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    statement, person, reverses, account = row
    lines = (
        await session.scalars(
            select(FeeLine)
            .where(FeeLine.statement_id == statement_id)
            .order_by(FeeLine.day, FeeLine.kind, FeeLine.added_at, FeeLine.id)
        )
    ).all()
    objections = await session.scalars(
        select(FeeObjection)
        .where(FeeObjection.statement_id == statement_id, FeeObjection.withdrawn_at.is_(None))
        .order_by(FeeObjection.made_at)
    )
    approvals = await session.scalars(
        select(FeeApproval).where(FeeApproval.statement_id == statement_id).order_by(FeeApproval.approved_at)
    )
    payouts = await session.scalars(
        select(FeePayout).where(FeePayout.statement_id == statement_id).order_by(FeePayout.made_at.desc())
    )
    reversal = await session.scalars(
        select(FeeStatement).where(
            FeeStatement.reverses_id == statement_id, FeeStatement.state != StatementState.REJECTED
        )
    )
    return View(
        statement, person, [one for one in lines if one.removed_at is None],
        [one for one in lines if one.removed_at is not None], objections.all(), approvals.all(), payouts.all(), reverses,
        reversal.one_or_none(), account,
    )  # fmt: skip


async def open_objections(session: AsyncSession, person_id: UUID, month: date) -> Sequence[FeeObjection]:
    """What a trainer has said about a month, answered or not, as far as they have not taken it back."""
    found = await session.scalars(
        select(FeeObjection)
        .join(FeeStatement, FeeStatement.id == FeeObjection.statement_id)
        .where(
            FeeStatement.person_id == person_id, FeeStatement.month == month, FeeObjection.withdrawn_at.is_(None)
        )
        .order_by(FeeObjection.made_at)
    )  # fmt: skip
    return found.all()
