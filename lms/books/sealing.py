"""Fingerprints of the books: what a close vouches for, and how to find out that somebody has changed it."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import LedgerEntry
from lms.books.journal import entries_of, month_reach, next_month
from lms.books.models import ClosePaper, MonthClose, PaperKind

GENESIS = "0" * 64
"""What stands before the first close."""


def fingerprint(entries: Iterable[LedgerEntry]) -> str:
    """SHA-256 over the canonical JSON of entries in their order; every fact of an entry goes in."""
    digest = hashlib.sha256()
    for one in entries:
        facts = [
            str(one.id), one.booked_at.isoformat(), one.kind, one.amount_cents, one.cause, str(one.enrolment_id),
            str(one.debtor_id), str(one.company_id), str(one.invoice_id), str(one.actor_id), one.provider,
            one.provider_event, str(one.share_id),
        ]  # fmt: skip
        digest.update(json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def seal_of(close: MonthClose) -> str:
    """The hash of a close chained to the one before it."""
    facts = {
        "number": close.number,
        "month": close.month.isoformat(),
        "until": close.until.isoformat(),
        "count": close.entry_count,
        "sum": close.sum_cents,
        "entries": close.entries_sha256,
        "journal": close.journal_sha256,
        "chart": close.chart_version,
        "sums": close.sums,
        "closed_at": close.closed_at.isoformat(),
        "closed_by": str(close.closed_by),
        "previous": close.previous,
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def faults(session: AsyncSession) -> Sequence[str]:
    """What is wrong with the closed months, in sentences; nothing when all of it is as it was when it was closed."""
    found: list[str] = []
    previous, month, number = GENESIS, None, 0
    for close in await session.scalars(select(MonthClose).order_by(MonthClose.number)):
        name = f"{close.month:%Y-%m}"
        number += 1
        if close.number != number or (month is not None and close.month != month):
            found.append(f"{name}: a close before this one is missing")
        if close.previous != previous or close.hash != seal_of(close):
            found.append(f"{name}: the close itself was changed")
        found += [f"{name}: {what}" for what in await _faults_of(session, close, is_first=number == 1)]
        previous, month, number = close.hash, next_month(close.month), close.number
    return found


async def _faults_of(session: AsyncSession, close: MonthClose, *, is_first: bool) -> Sequence[str]:
    entries = await entries_of(session, month_reach(close.month))
    found = []
    if fingerprint(entries) != close.entries_sha256 or len(entries) != close.entry_count:
        found.append("the entries of the ledger are not those that were closed")
    if sum(one.amount_cents for one in entries) != close.sum_cents:
        found.append("the sum of the ledger is not the one that was closed")
    papers = {
        one.kind: one
        for one in await session.scalars(select(ClosePaper).where(ClosePaper.close_id == close.id))
    }
    journal = papers.get(PaperKind.CSV)
    if journal is None or hashlib.sha256(journal.content).hexdigest() != close.journal_sha256:
        found.append("the journal is not the one that was closed")
    printed = papers.get(PaperKind.PDF)
    if printed is not None and hashlib.sha256(printed.content).hexdigest() != printed.sha256:
        found.append("the printed journal was changed")
    earlier = select(func.count()).where(LedgerEntry.booked_at < month_reach(close.month).starts)
    if is_first and await session.scalar(earlier):
        found.append("there are entries before the first month that was closed")
    return found
