"""Reading statements and lines, in a session somebody else opened."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.banking.gathering import facts_of
from lms.banking.matching.values import Group, Verdict
from lms.banking.matching.verdict import Matcher
from lms.banking.models import (
    BankLine,
    BankStatement,
    Clearing,
    KnownAccount,
    LinePart,
    LineState,
    Sighting,
)
from lms.kernel.errors import NotFound

Judged = tuple[BankLine, Clearing, Verdict]
MOST_BOOKED = 300


@dataclass(frozen=True, slots=True)
class Sorted:
    """Open lines in their three groups, each in the order of the account."""

    matched: Sequence[Judged]
    unsure: Sequence[Judged]
    unknown: Sequence[Judged]

    @property
    def bookable(self) -> Sequence[Judged]:
        """The matched lines that are booked in one go: others have to write meanwhile."""
        return self.matched[:MOST_BOOKED]

    @property
    def mark(self) -> str:
        """Changes when the bookable lines do, or what they are for."""
        facts = sorted(f"{line.id}={verdict.best.key}" for line, _, verdict in self.bookable if verdict.best)
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.matched) + len(self.unsure) + len(self.unknown)


def sort_lines(matcher: Matcher, lines: Sequence[tuple[BankLine, Clearing]]) -> Sorted:
    """What each line is. Thousands take a second: the callers do it beside the loop, in a thread; no statement is made here."""
    groups: dict[Group, list[Judged]] = {group: [] for group in Group}
    for line, clearing in lines:
        verdict = matcher.verdict(facts_of(line))
        groups[verdict.group].append((line, clearing, verdict))
    return Sorted(groups[Group.MATCHED], groups[Group.UNSURE], groups[Group.UNKNOWN])


def is_shown_in(statement_id: UUID) -> ColumnElement[bool]:
    """The filter for lines that a statement shows, also those that another one had brought."""
    return BankLine.entry_id.in_(select(Sighting.entry_id).where(Sighting.statement_id == statement_id))


async def open_lines(
    session: AsyncSession, statement_id: UUID | None = None, *, lock: bool = False
) -> Sequence[tuple[BankLine, Clearing]]:
    """Lines nobody has decided about, the oldest first; of one statement, or of all. `lock` keeps others off their clearing."""
    wanted = (
        select(BankLine, Clearing)
        .join(Clearing, Clearing.line_id == BankLine.id)
        .where(Clearing.state == LineState.OPEN)
        .order_by(BankLine.booked_on, BankLine.statement_id, BankLine.position)
    )
    if statement_id is not None:
        wanted = wanted.where(is_shown_in(statement_id))
    if lock:
        wanted = wanted.with_for_update(of=Clearing)
    return (await session.execute(wanted)).all()


async def lines_of(
    session: AsyncSession,
    states: Collection[LineState],
    *,
    statement_id: UUID | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Sequence[tuple[BankLine, Clearing]], int]:
    """Lines in these states, the newest first, and how many there are."""
    conditions: list[ColumnElement[bool]] = [Clearing.state.in_(list(states))]
    if statement_id is not None:
        conditions.append(is_shown_in(statement_id))
    wanted = (
        select(BankLine, Clearing)
        .join(Clearing, Clearing.line_id == BankLine.id)
        .where(*conditions)
        .order_by(BankLine.booked_on.desc(), BankLine.statement_id, BankLine.position)
        .offset(offset)
    )
    total = await session.scalar(
        select(func.count())
        .select_from(BankLine)
        .join(Clearing, Clearing.line_id == BankLine.id)
        .where(*conditions)
    )
    rows = await session.execute(wanted.limit(limit) if limit is not None else wanted)
    return rows.all(), total or 0


async def line_of(session: AsyncSession, line_id: UUID) -> tuple[BankLine, Clearing]:
    """One line. Raises NotFound."""
    line, clearing = await session.get(BankLine, line_id), await session.get(Clearing, line_id)
    if line is None or clearing is None:
        raise NotFound
    return line, clearing


async def parts_of(session: AsyncSession, line_ids: Collection[UUID]) -> Mapping[UUID, Sequence[LinePart]]:
    """What is booked of these lines now."""
    found: dict[UUID, list[LinePart]] = {line_id: [] for line_id in line_ids}
    rows = await session.scalars(
        select(LinePart).where(LinePart.line_id.in_(list(line_ids)), LinePart.undone_at.is_(None))
    )
    for part in rows:
        found[part.line_id].append(part)
    return found


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement in the list: how many of its lines nobody has decided about, and what is missing before it."""

    statement: BankStatement
    open: int
    before_cents: int = 0
    """What its opening balance is more than the closing balance of the one before; 0 where nothing is missing."""


async def statement_of(session: AsyncSession, statement_id: UUID) -> StatementRow:
    """One statement. Raises NotFound."""
    found = await session.get(BankStatement, statement_id)
    if found is None:
        raise NotFound
    (row,) = await _told(session, [found])
    return row


async def statements_page(
    session: AsyncSession, *, limit: int, offset: int
) -> tuple[Sequence[StatementRow], int]:
    """Statements, the newest first, and how many there are; four statements of SQL."""
    total = await session.scalar(select(func.count()).select_from(BankStatement))
    rows = await session.scalars(
        select(BankStatement)
        .order_by(BankStatement.imported_at.desc(), BankStatement.ends_on.desc(), BankStatement.id)
        .limit(limit)
        .offset(offset)
    )
    return await _told(session, rows.all()), total or 0


async def _told(session: AsyncSession, statements: Sequence[BankStatement]) -> list[StatementRow]:
    ids = [one.id for one in statements]
    counted = await session.execute(
        select(Sighting.statement_id, func.count())
        .join(BankLine, BankLine.entry_id == Sighting.entry_id)
        .join(Clearing, Clearing.line_id == BankLine.id)
        .where(Sighting.statement_id.in_(ids), Clearing.state == LineState.OPEN)
        .group_by(Sighting.statement_id)
    )
    still_open = dict(counted.all())
    before = await _closings(session, ids)
    return [
        StatementRow(
            one,
            still_open.get(one.id, 0),
            one.opening_cents - before[one.id] if one.opening_cents is not None and one.id in before else 0,
        )
        for one in statements
    ]


async def _closings(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, int]:
    """With which balance the statement before each of these ended, as far as one is there that says it."""
    former = aliased(BankStatement)
    rows = await session.execute(
        select(BankStatement.id, former.closing_cents, former.ends_on, former.imported_at, former.sequence)
        .join(
            former,
            (former.account_iban == BankStatement.account_iban)
            & (former.id != BankStatement.id)
            & former.closing_cents.is_not(None)
            & or_(
                former.ends_on < BankStatement.begins_on,
                # of one day only the number tells which is the one before
                (former.ends_on == BankStatement.begins_on) & (former.sequence == BankStatement.sequence - 1),
            ),
        )
        .where(
            BankStatement.id.in_(ids),
            BankStatement.opening_cents.is_not(None),
            former.file_sha256 != BankStatement.file_sha256,
        )
        .order_by(former.ends_on, former.sequence, former.imported_at)
    )
    return {statement_id: closing for statement_id, closing, *_ in rows if closing is not None}


async def accounts_known(session: AsyncSession, iban: str) -> Sequence[KnownAccount]:
    """Whose this account is, as the team confirmed."""
    if not iban:
        return []
    return (await session.scalars(select(KnownAccount).where(KnownAccount.iban == iban))).all()
