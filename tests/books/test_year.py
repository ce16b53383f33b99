"""A year of bookings of every kind closes month by month, to the cent, and so do the months of the demonstration."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.billing.models import EntryKind, LedgerEntry, Means
from lms.books.closing import Closing, months
from lms.books.models import ClosePaper, MonthClose, PaperKind
from lms.books.sealing import faults
from lms.db import Begin
from lms.demo.loading import load
from lms.kernel.clock import local
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.books.booked import book, entry
from tests.making import FixedClock, staff

FINANCE = staff(Identity.FINANCE)
SIGNS = {EntryKind.CHARGE: 1, EntryKind.FEE: 1, EntryKind.REFUND: 1}
NEW_YEAR = datetime(2026, 12, 31, 23, tzinfo=UTC)  # midnight at the venues


async def a_year(begin: Begin, many: int = 600) -> None:
    """Entries at every odd moment of 2026, the edges of months among them."""
    dice = Random(2026)
    beginning = datetime(2025, 12, 31, 23, tzinfo=UTC)
    seconds = int((NEW_YEAR - beginning).total_seconds())
    moments = [beginning + timedelta(seconds=dice.randrange(seconds)) for _ in range(many)]
    moments += [beginning, NEW_YEAR - timedelta(microseconds=1)]
    moments += [
        datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=1) for month in range(5, 10)
    ]  # 1:00 in summer
    entries = []
    for at in sorted(moments):
        kind = dice.choice(list(EntryKind))
        means = dice.choice([*Means, None]) if kind in {EntryKind.PAYMENT, EntryKind.REFUND} else None
        cents = dice.randint(1, 99_999) * SIGNS.get(kind, -1)
        key = str(uuid4()) if means else None
        entries.append(entry(kind, cents, at, provider=means, provider_event=key))
    await book(begin, *entries)


OWED = frozenset({"1200", "3300"})
"""What learners owe the centre, and what the centre owes its trainers: the accounts behind the ledger."""


async def close_all(closing: Closing, begin: Begin, now: datetime) -> None:
    while True:
        async with begin.reading() as session:
            upcoming = [one.month for one in await months(session, now) if one.is_next]
        if not upcoming:
            return
        preview = await closing.preview(FINANCE, month=upcoming[0])
        assert preview.difference_cents == 0
        await closing.close(FINANCE, month=upcoming[0], seen=preview.seen)


async def assert_to_the_cent(begin: Begin) -> tuple[int, int]:
    """Every journal as it was stored is balanced, and all closes together are the ledger. Gives months and entries."""
    async with begin.reading() as session:
        closes = (await session.scalars(select(MonthClose).order_by(MonthClose.number))).all()
        until = closes[-1].until
        entries = (await session.scalars(select(LedgerEntry).where(LedgerEntry.booked_at < until))).all()
        journals = {
            one.close_id: one.content
            for one in await session.scalars(select(ClosePaper).where(ClosePaper.kind == PaperKind.CSV))
        }
        assert await faults(session) == []
        assert await session.scalar(select(func.count()).select_from(MonthClose)) == len(journals)
    by_month = Counter(local(one.booked_at).date().replace(day=1) for one in entries)
    assert [one.entry_count for one in closes] == [by_month[one.month] for one in closes]
    assert sum(one.sum_cents for one in closes) == sum(one.amount_cents for one in entries)
    for close in closes:
        rows = csv.DictReader(io.StringIO(journals[close.id].decode("utf-8-sig")), delimiter=";")
        receivables, other = Decimal(0), Decimal(0)
        for row in rows:
            cents = Decimal(row["Betrag in Euro"].replace(",", "."))
            sign = 1 if row["Sollkonto"] in OWED else -1
            receivables, other = receivables + sign * cents, other - sign * cents
        assert receivables == Decimal(close.sum_cents) / 100 == -other
        assert sum(one["debit"] for one in close.sums) == sum(one["credit"] for one in close.sums)
    return len(closes), len(entries)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_a_year_of_every_kind_closes_to_the_cent(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await a_year(begin)
    clock.moment = NEW_YEAR + timedelta(minutes=10)

    await close_all(Closing(house), begin, clock())

    assert await assert_to_the_cent(begin) == (12, 607)
    async with begin.reading() as session:
        first = (await session.scalars(select(MonthClose.month).order_by(MonthClose.number).limit(1))).one()
    assert first == date(2026, 1, 1)


async def test_every_month_of_the_demonstration_closes_to_the_cent(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    """A year of it: the demonstration reaches back as far as its past runs, and its months are closed but for the last."""
    await load(begin, house.settings, clock())
    async with begin.reading() as session:
        before = [one.month for one in await months(session, clock()) if one.close]
        assert await faults(session) == []
    clock.forward(days=35)

    await close_all(Closing(house), begin, clock())

    closed, entries = await assert_to_the_cent(begin)
    assert closed == len(before) + 2
    assert entries > 500
