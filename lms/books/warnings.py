"""What should be looked at before a month is closed. Nothing of it forbids closing: it is named, and kept with the close."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.models import BankLine, Clearing, LineState
from lms.billing.models import PENDING_REFUNDS, CashReceipt, Refund, Settlement, SettlementState, TillCount
from lms.books.booking import AccountSum
from lms.books.chart import Chart, Role
from lms.books.journal import Reach
from lms.kernel.clock import local
from lms.kernel.marking import N_


@dataclass(frozen=True, slots=True)
class Concern:
    """One sentence; `words` is a message with %(num)s and %(amount)s."""

    words: str
    num: int = 0
    cents: int = 0
    path: str = ""

    def as_row(self) -> dict[str, Any]:
        """As the close keeps it."""
        return asdict(self)


async def warnings_of(
    session: AsyncSession, when: Reach, sums: Sequence[AccountSum], chart: Chart
) -> Sequence[Concern]:
    """Everything that is open about a time; six statements."""
    found = [
        await _refunds(session, when),
        await _settlements(session, when),
        await _bank_lines(session, when),
        await _till(session, when),
        await _uncounted(session, when),
        *_odd_accounts(sums, chart),
        await _cash(session, when, sums, chart),
    ]
    return [one for one in found if one is not None]


async def _refunds(session: AsyncSession, when: Reach) -> Concern | None:
    row = await session.execute(
        select(func.count(), func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.state.in_(PENDING_REFUNDS), Refund.requested_at < when.until
        )
    )
    count, cents = row.one()
    words = N_(
        "Refunds are under way: %(num)s with %(amount)s together. They are booked when the money is gone."
    )
    return Concern(words, int(count), int(cents), "/verwaltung/finanzen/erstattungen") if count else None


async def _settlements(session: AsyncSession, when: Reach) -> Concern | None:
    count = await session.scalar(
        select(func.count()).where(
            Settlement.state == SettlementState.OPEN, Settlement.requested_at < when.until
        )
    )
    words = N_("Requests to pay back or to collect are open: %(num)s.")
    return Concern(words, count, path="/verwaltung/finanzen/erstattungen") if count else None


async def _bank_lines(session: AsyncSession, when: Reach) -> Concern | None:
    row = await session.execute(
        select(func.count(), func.coalesce(func.sum(BankLine.amount_cents), 0))
        .join(Clearing, Clearing.line_id == BankLine.id)
        .where(Clearing.state == LineState.OPEN, BankLine.booked_on < local(when.until).date())
    )
    count, cents = row.one()
    words = N_("Bank lines wait to be assigned: %(num)s with %(amount)s.")
    return (
        Concern(words, int(count), int(cents), "/verwaltung/finanzen/kontoauszuege/zuordnen")
        if count
        else None
    )


async def _till(session: AsyncSession, when: Reach) -> Concern | None:
    """The last count of each day is what holds."""
    days = local(when.starts).date(), local(when.until).date()
    rows = await session.scalars(
        select(TillCount)
        .where(TillCount.day >= days[0], TillCount.day < days[1])
        .order_by(TillCount.counted_at)
    )
    last = {one.day: one.difference_cents for one in rows}
    off = [cents for cents in last.values() if cents]
    words = N_("The till did not fit on %(num)s days, by %(amount)s in all.")
    return Concern(words, len(off), sum(off), "/verwaltung/kasse") if off else None


async def _uncounted(session: AsyncSession, when: Reach) -> Concern | None:
    moments = await session.scalars(
        select(CashReceipt.issued_at).where(
            CashReceipt.issued_at >= when.starts, CashReceipt.issued_at < when.until
        )
    )
    days = {local(moment).date() for moment in moments}
    counted = set(await session.scalars(select(TillCount.day).distinct())) if days else set()
    missing = len(days - counted)
    words = N_("Cash was taken on %(num)s days on which nobody counted the till.")
    return Concern(words, missing, path="/verwaltung/kasse") if missing else None


async def _cash(
    session: AsyncSession, when: Reach, sums: Sequence[AccountSum], chart: Chart
) -> Concern | None:
    received = await session.scalar(
        select(func.coalesce(func.sum(CashReceipt.amount_cents), 0)).where(
            CashReceipt.issued_at >= when.starts, CashReceipt.issued_at < when.until
        )
    )
    booked = sum(one.balance_cents for one in sums if one.account == chart[Role.CASH].number)
    off = booked - int(received or 0)
    words = N_(
        "The account of the till and the receipts differ by %(amount)s: cash was booked without a receipt."
    )
    return Concern(words, cents=off, path="/verwaltung/kasse") if off else None


def _odd_accounts(sums: Sequence[AccountSum], chart: Chart) -> Sequence[Concern | None]:
    balances = {one.account: one.balance_cents for one in sums}
    moved = balances.get(chart[Role.MOVED].number, 0)
    unclear = balances.get(chart[Role.UNCLEAR].number, 0)
    return [
        Concern(N_("What was moved between enrolments does not add up to nothing: %(amount)s."), cents=moved)
        if moved
        else None,
        Concern(
            N_("%(amount)s came by a way or with a tax rate that the chart of accounts does not know."),
            cents=unclear,
        )
        if unclear
        else None,
    ]
