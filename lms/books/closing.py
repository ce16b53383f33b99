"""Closing a month: looked at first, then sealed for ever. What is wrong later is put right in the current month."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.models import LedgerEntry
from lms.books import policy
from lms.books.accounts import chart_of
from lms.books.booking import AccountSum, Booking, sums_of
from lms.books.chart import Chart
from lms.books.errors import BookedMeanwhile, MonthNotOver, OtherMonthFirst
from lms.books.journal import entries_of, first_of, journal_of, month_reach, next_month
from lms.books.journal_file import journal_csv
from lms.books.journal_paper import journal_pdf
from lms.books.models import ClosePaper, MonthClose, PaperKind
from lms.books.sealing import GENESIS, fingerprint, seal_of
from lms.books.warnings import Concern, warnings_of
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.web.module import Around

PRINT_JOURNAL = "print-journal"
GRACE = timedelta(minutes=10)
"""What was begun before midnight is booked by then, also on a second machine whose clock is a little off."""
LOCK = 39340030
"""The advisory lock of PostgreSQL that everybody who books shares (migration 0030)."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing a month would seal. `seen` is sent back with the form: it closes this and nothing else."""

    month: date
    entry_count: int
    sum_cents: int
    sums: Sequence[AccountSum]
    warnings: Sequence[Concern]
    open_accounts: int
    owed_cents: int
    """What people owe at the end of the month, all accounts that are not even; `owing_cents` is what the centre owes."""
    owing_cents: int
    seen: str
    is_over: bool
    is_next: bool
    chart: Chart
    difference_cents: int
    """The bookings of the journal less the entries of the ledger: nothing, or something is wrong with the service itself."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as the overview shows it; `close` is None while it is open."""

    month: date
    entry_count: int
    sum_cents: int
    close: MonthClose | None
    is_over: bool
    is_next: bool


class Closing:
    """Closing months; every public method that writes is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def preview(self, actor: Actor, *, month: date) -> Preview:
        """What the month holds now. Raises NotFound for a day that is no first of a month."""
        ensure(policy.may_see(actor), actor)
        if month != first_of(month):
            raise NotFound
        async with self.begin.reading() as session:
            return await _preview(session, month, self.clock())

    @retried
    async def close(self, actor: Actor, *, month: date, seen: str, note: str = "") -> MonthClose:
        """Close it. Twice, and twice at once, is one close; what was booked since the preview is BookedMeanwhile.

        Raises MonthNotOver until ten minutes after the end of the month, OtherMonthFirst, NotFound.
        """
        ensure(policy.may_close(actor), actor)
        if month != first_of(month):
            raise NotFound
        at = self.clock()
        async with self.begin() as session:
            if not self.begin.is_sqlite:  # there one writer has the pen anyway
                await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            known = (await session.scalars(select(MonthClose).where(MonthClose.month == month))).one_or_none()
            if known is not None:
                return known
            if at < month_reach(month).until + GRACE:
                raise MonthNotOver
            last = await last_close(session)
            if month != await next_to_close(session, last):
                raise OtherMonthFirst
            chart = await chart_of(session)
            entries = await entries_of(session, month_reach(month))
            if fingerprint(entries) != seen:
                raise BookedMeanwhile
            bookings = await journal_of(session, entries, chart)
            return await seal_month(session, actor, month, entries, bookings, last, chart, at=at, note=note)


async def seal_month(
    session: AsyncSession,
    actor: Actor,
    month: date,
    entries: Sequence[LedgerEntry],
    bookings: Sequence[Booking],
    last: MonthClose | None,
    chart: Chart,
    *,
    at: datetime,
    note: str,
) -> MonthClose:
    """Write the close of a month with its journal, and have it printed; the caller holds the lock and has looked at everything."""
    journal, sums = journal_csv(bookings), sums_of(bookings)
    digest = hashlib.sha256(journal).hexdigest()
    warned = await warnings_of(session, month_reach(month), sums, chart)
    close = MonthClose(
        number=last.number + 1 if last else 1,
        month=month,
        until=month_reach(month).until,
        closed_at=at,
        entry_count=len(entries),
        sum_cents=sum(one.amount_cents for one in entries),
        entries_sha256=fingerprint(entries),
        journal_sha256=digest,
        previous=last.hash if last else GENESIS,
        hash="",
        chart_version=chart.version,
        sums=[{"account": one.account, "debit": one.debit_cents, "credit": one.credit_cents} for one in sums],
        warnings=[one.as_row() for one in warned],
        closed_by=actor.account_id,
        closed_by_name=actor.name,
        note=note,
    )
    close.hash = seal_of(close)
    session.add(close)
    await session.flush()
    session.add(
        ClosePaper(close_id=close.id, kind=PaperKind.CSV, sha256=digest, content=journal, written_at=at)
    )
    enqueue(session, PRINT_JOURNAL, {"close_id": str(close.id)}, at=at, key=f"{PRINT_JOURNAL}:{close.id}")
    record(
        session, actor, "month.closed", at=at, kind="month_close", object_id=close.id,
        after={"month": month.isoformat(), "entries": close.entry_count, "hash": close.hash}, reason=note,
    )  # fmt: skip
    return close


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints the journal of a close; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        await printed(around, UUID(payload["close_id"]))

    return act


async def printed(around: Around, close_id: UUID) -> bytes:
    """The journal as PDF as it was first printed, out of the bookings of the closed month. Raises NotFound."""
    async with around.begin.reading() as session:
        kept = await session.get(ClosePaper, (close_id, PaperKind.PDF))
        if kept is not None:
            return kept.content
        close = await close_of(session, close_id)
        chart = await chart_of(session, close.chart_version)
        bookings = await journal_of(session, await entries_of(session, month_reach(close.month)), chart)
    content = await asyncio.to_thread(journal_pdf, close, bookings, chart)
    return await _keep(around, close_id, content)


@retried
async def _keep(around: Around, close_id: UUID, content: bytes) -> bytes:
    async with around.begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(ClosePaper)
            .values(
                close_id=close_id, kind=PaperKind.PDF, sha256=hashlib.sha256(content).hexdigest(),
                content=content, written_at=around.clock(),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        first = await session.scalars(
            select(ClosePaper.content).where(
                ClosePaper.close_id == close_id, ClosePaper.kind == PaperKind.PDF
            )
        )
        return first.one()


async def months(session: AsyncSession, now: datetime) -> Sequence[Month]:
    """Every month from the first with an entry to the present one, newest first; three statements."""
    closes = {one.month: one for one in await session.scalars(select(MonthClose).order_by(MonthClose.number))}
    last = list(closes.values())[-1] if closes else None
    upcoming = await next_to_close(session, last)
    since = month_reach(upcoming).starts if upcoming else now
    sums: dict[date, tuple[int, int]] = {}
    rows = await session.execute(
        select(LedgerEntry.booked_at, LedgerEntry.amount_cents).where(LedgerEntry.booked_at >= since)
    )
    for booked_at, cents in rows:
        month = first_of(local(booked_at).date())
        count, total = sums.get(month, (0, 0))
        sums[month] = (count + 1, total + cents)
    listed = [
        Month(one.month, one.entry_count, one.sum_cents, one, is_over=True, is_next=False)
        for one in closes.values()
    ]
    present = first_of(local(now).date())
    month = upcoming or present
    while month <= present:
        is_over = now >= month_reach(month).until + GRACE
        listed.append(Month(month, *sums.get(month, (0, 0)), None, is_over, month == upcoming and is_over))
        month = next_month(month)
    return listed[::-1]


async def last_close(session: AsyncSession) -> MonthClose | None:
    """The newest close."""
    return (await session.scalars(select(MonthClose).order_by(MonthClose.number.desc()).limit(1))).first()


async def next_to_close(session: AsyncSession, last: MonthClose | None) -> date | None:
    """The month whose turn it is; the first one has the oldest entry. None while nothing was ever booked."""
    if last is not None:
        return next_month(last.month)
    first = await session.scalar(select(func.min(LedgerEntry.booked_at)))
    return first_of(local(first).date()) if first else None


async def close_of(session: AsyncSession, close_id: UUID) -> MonthClose:
    """A close. Raises NotFound."""
    close = await session.get(MonthClose, close_id)
    if close is None:
        raise NotFound
    return close


async def _preview(session: AsyncSession, month: date, now: datetime) -> Preview:
    chart, when = await chart_of(session), month_reach(month)
    entries = await entries_of(session, when)
    bookings = await journal_of(session, entries, chart)
    sums = sums_of(bookings)
    account = (LedgerEntry.enrolment_id, LedgerEntry.share_id)
    stood = func.sum(LedgerEntry.amount_cents).label("stood")
    standing = select(stood).where(LedgerEntry.booked_at < when.until).group_by(*account)
    stands = [int(cents) for cents in await session.scalars(standing.having(stood != 0))]
    return Preview(
        month=month,
        entry_count=len(entries),
        sum_cents=sum(one.amount_cents for one in entries),
        sums=sums,
        warnings=await warnings_of(session, when, sums, chart),
        open_accounts=len(stands),
        owed_cents=sum(cents for cents in stands if cents > 0),
        owing_cents=-sum(cents for cents in stands if cents < 0),
        seen=fingerprint(entries),
        difference_cents=sum(one.signed_cents for one in bookings) - sum(one.amount_cents for one in entries),
        is_over=now >= when.until + GRACE,
        is_next=month == await next_to_close(session, await last_close(session)),
        chart=chart,
    )
