"""Keeping a file: every booking once, whatever came before. Plain functions in the caller's transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.banking.identity import Known, Sight, fingerprints, partners, sight_of
from lms.banking.models import BankAccount, BankLine, BankStatement, Clearing, Sighting
from lms.banking.reading.values import Format, ReadEntry, ReadStatement
from lms.kernel.actor import Actor
from lms.kernel.clock import local

AT_ONCE = 500
"""Rows of one INSERT: SQLite takes some 32,000 values in a statement."""
UNKNOWN_ACCOUNT = "?"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: its statements, and how many bookings were new, known, or only announced."""

    statements: Sequence[BankStatement]

    @property
    def new(self) -> int:
        """Bookings that are kept since now."""
        return sum(one.new_entries for one in self.statements)

    @property
    def known(self) -> int:
        """Bookings that had been kept before."""
        return sum(one.entries - one.new_entries for one in self.statements)

    @property
    def skipped(self) -> int:
        """Bookings that the bank only announces."""
        return sum(one.skipped for one in self.statements)


async def keep(
    session: AsyncSession,
    actor: Actor,
    statements: Sequence[ReadStatement],
    *,
    file_name: str,
    content: bytes,
    at: datetime,
) -> Imported:
    """Keep what is new in these statements. The accounts stay locked until the transaction ends.

    So many statements of SQL for each statement of the bank, however many lines it has (in parcels of `AT_ONCE`).
    """
    for iban in sorted({one.iban or UNKNOWN_ACCOUNT for one in statements}):
        await _lock(session, iban, at)
    digest = hashlib.sha256(content).hexdigest()
    kept = []
    for one in statements:
        days = one.days
        if days is None:
            days = (local(at).date(), local(at).date())
        kept.append(await _keep_one(session, actor, one, days, file_name, digest, at))
    return Imported(kept)


async def _lock(session: AsyncSession, iban: str, at: datetime) -> None:
    write = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.execute(write(BankAccount).values(iban=iban, created_at=at).on_conflict_do_nothing())
    await session.execute(select(BankAccount.iban).where(BankAccount.iban == iban).with_for_update())


async def _keep_one(
    session: AsyncSession,
    actor: Actor,
    read: ReadStatement,
    days: tuple[date, date],
    file_name: str,
    digest: str,
    at: datetime,
) -> BankStatement:
    account = read.iban or UNKNOWN_ACCOUNT
    sights = [sight_of(entry, read.format) for entry in read.entries]
    booked = [sight.booked_on for sight in sights]
    known = await _known(session, account, min(booked), max(booked)) if booked else []
    before = await _neighbours(session, account, read)
    found = partners(sights, known, not_from=before)
    new = [
        (entry, sight) for entry, sight, one in zip(read.entries, sights, found, strict=True) if one is None
    ]
    statement = BankStatement(
        account_iban=account, format=read.format, imported_at=at, begins_on=days[0], ends_on=days[1],
        sum_cents=read.cents, entries=len(read.entries), new_entries=len(new), name=read.name,
        sequence=read.sequence, opening_cents=read.opening_cents, closing_cents=read.closing_cents,
        currency=read.currency, skipped=read.skipped, file_name=file_name, file_sha256=digest,
        imported_by=actor.account_id,
    )  # fmt: skip
    session.add(statement)
    await session.flush()
    counted = _counted(account, known)
    lines, ids = _rows(statement, new, fingerprints(account, [sight for _, sight in new], counted))
    fresh = iter(ids)
    shown = [
        {
            "statement_id": statement.id, "entry_id": one or next(fresh), "account_iban": account,
            "booked_on": sight.booked_on, "facts": _facts(sight),
        }
        for sight, one in zip(sights, found, strict=True)
    ]  # fmt: skip
    await _write(session, BankLine, lines)
    await _write(session, Clearing, [{"line_id": line["id"]} for line in lines])
    await _write(session, Sighting, shown)
    record(
        session, actor, "statement.imported", at=at, kind="bank_statement", object_id=statement.id,
        after={"lines": len(lines), "new": len(new), "entries": len(sights), "sum_cents": read.cents},
    )  # fmt: skip
    return statement


def _rows(
    statement: BankStatement, new: Sequence[tuple[ReadEntry, Sight]], names: Any
) -> tuple[list[dict[str, Any]], list[UUID]]:
    lines: list[dict[str, Any]] = []
    ids: list[UUID] = []
    for (entry, _), name in zip(new, names, strict=True):
        entry_id = uuid4()
        ids.append(entry_id)
        for number, line in enumerate(entry.lines):
            lines.append(
                asdict(line)
                | {
                    "id": uuid4(), "statement_id": statement.id, "account_iban": statement.account_iban,
                    "entry_id": entry_id, "fingerprint": f"{name}:{number}", "position": len(lines),
                }
            )  # fmt: skip
    return lines, ids


def _counted(account: str, known: Sequence[Known]) -> dict[str, int]:
    """How often each name was given already among these days: a name belongs to what brought the booking first."""
    counted: dict[str, int] = {}
    for one in known:
        list(fingerprints(account, one.sights[:1], counted))
    return counted


async def _known(session: AsyncSession, account: str, first: date, last: date) -> list[Known]:
    """The bookings kept of these days, in every way they were seen, the way that brought them first."""
    rows = await session.execute(
        select(Sighting)
        .join(BankStatement, BankStatement.id == Sighting.statement_id)
        .where(Sighting.account_iban == account, Sighting.booked_on >= first, Sighting.booked_on <= last)
        .order_by(BankStatement.imported_at, BankStatement.id)
    )
    brought = dict(
        (
            await session.execute(
                select(BankLine.entry_id, BankLine.statement_id).where(
                    BankLine.account_iban == account, BankLine.booked_on >= first, BankLine.booked_on <= last
                )
            )
        ).all()
    )
    sights: dict[UUID, list[tuple[bool, Sight]]] = {}
    statements: dict[UUID, set[UUID]] = {}
    for (sighting,) in rows:
        is_first = brought.get(sighting.entry_id) == sighting.statement_id
        sights.setdefault(sighting.entry_id, []).append((not is_first, _sight(sighting)))
        statements.setdefault(sighting.entry_id, set()).add(sighting.statement_id)
    return [
        Known(entry_id, [sight for _, sight in sorted(seen, key=lambda one: one[0])], statements[entry_id])
        for entry_id, seen in sights.items()
    ]


async def _neighbours(session: AsyncSession, account: str, read: ReadStatement) -> set[UUID]:
    """The statements right before and right after this one: by the bank's number, and by the balance where they meet."""
    if read.sequence is None or read.opening_cents is None or read.closing_cents is None:
        return set()
    rows = await session.scalars(
        select(BankStatement).where(
            BankStatement.account_iban == account,
            BankStatement.format == read.format,
            BankStatement.sequence.in_([read.sequence - 1, read.sequence + 1]),
        )
    )
    return {
        one.id
        for one in rows
        if (one.sequence == read.sequence - 1 and one.closing_cents == read.opening_cents)
        or (one.sequence == read.sequence + 1 and one.opening_cents == read.closing_cents)
    }


def _facts(sight: Sight) -> dict[str, Any]:
    return {
        "cents": sight.cents, "currency": sight.currency, "format": sight.format.value, "ref": sight.ref,
        "iban": sight.iban, "name": sight.name, "text": sight.text, "count": sight.count, "words": sight.words,
    }  # fmt: skip


def _sight(sighting: Sighting) -> Sight:
    facts: Mapping[str, Any] = sighting.facts
    return Sight(booked_on=sighting.booked_on, **dict(facts) | {"format": Format(facts["format"])})


async def _write(session: AsyncSession, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    defaults = {
        column.name: column.default.arg
        for column in table.__table__.columns
        if column.default is not None and column.default.is_scalar
    }
    for start in range(0, len(rows), AT_ONCE):
        await session.execute(insert(table), [defaults | row for row in rows[start : start + AT_ONCE]])
