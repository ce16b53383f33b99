"""Receipts for cash: numbered without a gap, written with the entry in the ledger, reversed and never deleted."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import lock_account
from lms.billing.errors import (
    AlreadyReversed,
    AmountNotPositive,
    LessGiven,
    MoreThanOwed,
    NothingToReverse,
    RefundRunning,
)
from lms.billing.models import CashReceipt, LedgerEntry, ReceiptKind, TillCount
from lms.billing.queries import balance_of
from lms.billing.refunds.booking import refundable_cents
from lms.billing.rules import RECEIPTS, document_number, series_year
from lms.billing.service import draw_number, record_payment, record_refund
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.web.centre import the_centre
from lms.web.module import Around

PROVIDER = "cash"


@dataclass(frozen=True, slots=True)
class Till:
    """A day's receipts in the order of their numbers, and what was counted."""

    day: date
    receipts: Sequence[CashReceipt] = ()
    counts: Sequence[TillCount] = ()
    reversed_ids: Collection[UUID] = field(default_factory=frozenset)

    @property
    def total_cents(self) -> int:
        """What came in, less what was paid out."""
        return sum(one.amount_cents for one in self.receipts)

    @property
    def by_cashier(self) -> Sequence[tuple[str, int, int]]:
        """Each person at the till with the number of receipts and their sum, by name."""
        sums: dict[str, tuple[int, int]] = {}
        for one in self.receipts:
            count, cents = sums.get(one.cashier_name, (0, 0))
            sums[one.cashier_name] = (count + 1, cents + one.amount_cents)
        return [(name, *sums[name]) for name in sorted(sums)]


class _Twice(Exception):
    """Another click was quicker; the number just drawn is given back with the transaction."""


P = ParamSpec("P")
T = TypeVar("T")


def _read_again(action: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Let the slower of two equal clicks find what the quicker one made."""

    @wraps(action)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await action(*args, **kwargs)
        except _Twice:
            return await action(*args, **kwargs)

    return again


class Receipts:
    """Cash over the counter; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @_read_again
    @retried
    async def receive(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        amount_cents: int,
        form_key: str,
        given_cents: int | None = None,
        facts: dict[str, Any] | None = None,
    ) -> CashReceipt:
        """Take cash for an enrolment and give the receipt. The same form sent twice gives the first one.

        `facts` says who paid for what (payer, course, run, person, reference: words as they are printed). `given_cents` is
        what was handed over, by default the amount. Raises AmountNotPositive, MoreThanOwed, LessGiven.
        """
        ensure(policy.may_take_cash(actor), actor)
        at, given = self.clock(), amount_cents if given_cents is None else given_cents
        if amount_cents <= 0:
            raise AmountNotPositive
        if given < amount_cents:
            raise LessGiven
        async with self.begin.reading() as session:
            known = await _of_event(session, form_key)
        if known is not None:
            return known
        async with self.begin() as session:
            # the number first: its row makes everybody else who takes cash wait until this is done
            number = await next_number(session, at)
            if await _of_event(session, form_key) is not None:
                raise _Twice
            if amount_cents > (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents:
                raise MoreThanOwed
            entry = await record_payment(
                session, actor, enrolment_id=enrolment_id, amount_cents=amount_cents, cause="cash", at=at,
                provider=PROVIDER, provider_event=form_key,
            )  # fmt: skip
            if entry is None:
                raise MoreThanOwed  # the same key was used for a payment without a receipt
            return write_receipt(
                session, actor, number, ReceiptKind.RECEIPT, at=at, amount_cents=amount_cents, given_cents=given,
                facts=printed(facts), entry=entry,
            )  # fmt: skip

    @_read_again
    @retried
    async def reverse(self, actor: Actor, *, receipt_id: UUID, reason: str) -> CashReceipt:
        """Pay the amount of a receipt back out of the till, with a receipt that reverses it. Twice gives the first one.

        The counter puts right what it took on the same day; later it is finance that pays back. Raises NotFound,
        NothingToReverse for a reversal, AlreadyReversed when another reason was given the first time, RefundRunning where
        this money was promised back by another way.
        """
        at = self.clock()
        ensure(policy.may_see_till(actor), actor)
        async with self.begin.reading() as session:
            receipt, known = await receipt_of(session, receipt_id)
        ensure(policy.may_reverse(actor, receipt, local(at).date()), actor)
        if receipt.kind is not ReceiptKind.RECEIPT:
            raise NothingToReverse
        if known is not None:
            if known.reason != reason:
                raise AlreadyReversed
            return known
        async with self.begin() as session:
            number = await next_number(session, at)
            if await reversal_of(session, receipt_id) is not None:
                raise _Twice
            await lock_account(session, receipt.enrolment_id)
            if receipt.amount_cents > await refundable_cents(session, receipt.enrolment_id):
                raise RefundRunning  # promised already, by another way
            entry = await record_refund(
                session, actor, enrolment_id=receipt.enrolment_id, amount_cents=receipt.amount_cents,
                cause="cash_reversed", at=at, provider=PROVIDER, provider_event=f"reversal:{receipt_id}",
            )  # fmt: skip
            if entry is None:
                raise AlreadyReversed
            return write_receipt(
                session, actor, number, ReceiptKind.REVERSAL, at=at, amount_cents=-receipt.amount_cents,
                given_cents=0, facts=receipt.facts, entry=entry, reverses=receipt, reason=reason,
            )  # fmt: skip

    @retried
    async def count(self, actor: Actor, *, count_id: UUID, counted_cents: int, note: str = "") -> TillCount:
        """Keep what was counted in the till beside what today's receipts come to. The same id twice is kept once."""
        ensure(policy.may_take_cash(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(TillCount, count_id)
            if known is not None:
                return known
            today = await till_of(session, local(at).date())
            kept = TillCount(
                id=count_id, day=today.day, counted_at=at, booked_cents=today.total_cents,
                counted_cents=counted_cents, cashier_id=actor.account_id, cashier_name=actor.name, note=note,
            )  # fmt: skip
            session.add(kept)
            record(
                session, actor, "till.counted", at=at, kind="till", object_id=kept.id,
                after={"booked_cents": kept.booked_cents, "counted_cents": counted_cents},
            )  # fmt: skip
            return kept


async def till_of(session: AsyncSession, day: date) -> Till:
    """The till of one day at the venue; three statements."""
    starts, ends = at_venue(day, time.min), at_venue(day, time.max)
    receipts = await session.scalars(
        select(CashReceipt)
        .where(CashReceipt.issued_at >= starts, CashReceipt.issued_at <= ends)
        .order_by(CashReceipt.year, CashReceipt.counter)
    )
    counts = await session.scalars(
        select(TillCount).where(TillCount.day == day).order_by(TillCount.counted_at)
    )
    listed = receipts.all()
    gone = await session.scalars(
        select(CashReceipt.reverses_id).where(CashReceipt.reverses_id.in_([one.id for one in listed]))
    )
    return Till(day, listed, counts.all(), frozenset(one for one in gone if one))


async def receipts_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Sequence[CashReceipt]:
    """Every receipt for these enrolments, oldest first."""
    wanted = select(CashReceipt).where(CashReceipt.enrolment_id.in_(list(enrolment_ids)))
    return (await session.scalars(wanted.order_by(CashReceipt.issued_at, CashReceipt.counter))).all()


async def receipt_of(session: AsyncSession, receipt_id: UUID) -> tuple[CashReceipt, CashReceipt | None]:
    """A receipt, and the other half of a reversal: what reverses it, or what it reverses. Raises NotFound."""
    receipt = await session.get(CashReceipt, receipt_id)
    if receipt is None:
        raise NotFound
    if receipt.reverses_id is not None:
        return receipt, await session.get(CashReceipt, receipt.reverses_id)
    return receipt, await reversal_of(session, receipt_id)


async def reversal_of(session: AsyncSession, receipt_id: UUID) -> CashReceipt | None:
    """The receipt that reverses this one, if there is one."""
    other = aliased(CashReceipt)
    return (await session.scalars(select(other).where(other.reverses_id == receipt_id))).one_or_none()


async def _of_event(session: AsyncSession, form_key: str) -> CashReceipt | None:
    return (
        await session.scalars(
            select(CashReceipt)
            .join(LedgerEntry, LedgerEntry.id == CashReceipt.entry_id)
            .where(LedgerEntry.provider == PROVIDER, LedgerEntry.provider_event == form_key)
        )
    ).one_or_none()


async def receipt_of_entry(session: AsyncSession, entry_id: UUID) -> CashReceipt:
    """The receipt that was written with an entry of the ledger. Raises NotFound where it was no cash."""
    found = (await session.scalars(select(CashReceipt).where(CashReceipt.entry_id == entry_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def next_number(session: AsyncSession, at: datetime) -> tuple[int, int]:
    """Year and number of the next receipt; everybody else who wants one waits until this transaction ends."""
    year = series_year(at)
    return year, await draw_number(session, RECEIPTS, year)


def printed(facts: dict[str, Any] | None) -> dict[str, Any]:
    """What a receipt prints, frozen: the facts handed in, and who issues it."""
    centre = the_centre()
    issuer = {"name": centre.name, "address": centre.address, "phone": centre.phone, "email": centre.email}
    return (
        {"payer": "", "course": "", "run": "", "person": "", "reference": ""}
        | (facts or {})
        | {"issuer": issuer}
    )


def write_receipt(
    session: AsyncSession,
    actor: Actor,
    number: tuple[int, int],
    kind: ReceiptKind,
    *,
    at: datetime,
    amount_cents: int,
    given_cents: int,
    facts: dict[str, Any],
    entry: LedgerEntry,
    reverses: CashReceipt | None = None,
    reason: str = "",
) -> CashReceipt:
    """Write a receipt with its entry in the ledger, in the caller's transaction, which has drawn its number first."""
    year, counter = number
    receipt = CashReceipt(
        kind=kind,
        series=RECEIPTS,
        year=year,
        counter=counter,
        number=document_number(RECEIPTS, year, counter),
        issued_at=at,
        amount_cents=amount_cents,
        given_cents=given_cents,
        facts=facts,
        enrolment_id=entry.enrolment_id or entry.id,
        entry_id=entry.id,
        cashier_id=actor.account_id,
        cashier_name=actor.name,
        reverses_id=reverses.id if reverses else None,
        reason=reason,
    )
    session.add(receipt)
    record(
        session, actor, f"cash.{kind}", at=at, kind="enrolment", object_id=receipt.enrolment_id,
        after={"number": receipt.number, "amount_cents": amount_cents}, reason=reason,
    )  # fmt: skip
    return receipt
