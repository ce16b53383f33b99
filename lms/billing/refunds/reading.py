"""Refunds as lists and pages show them, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.models import (
    PENDING_REFUNDS,
    EntryKind,
    LedgerEntry,
    Means,
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementState,
)
from lms.billing.refunds.accounts import BankAccount

APPROVAL, IBAN, READY, SENT, FAILED, DONE = (
    "freigabe",
    "iban",
    "bereit",
    "unterwegs",
    "gescheitert",
    "erledigt",
)
PAYMENT = "pi_"
"""Begins the id of a payment at Stripe (PaymentIntent); other entries by the provider are about refunds that came back."""
VIEWS = (APPROVAL, IBAN, READY, SENT, FAILED, DONE)
"""The lists of refunds, by the word in their address. What is still to be decided are settlements."""


@dataclass(frozen=True, slots=True)
class OnlinePayment:
    """A payment to which money can go back the way it came: what the provider calls it, and how much of it is left."""

    payment: str
    paid_at: datetime
    left_cents: int


def of_view(view: str) -> ColumnElement[bool]:
    """The filter of one list. A refund that failed leaves its list when another one follows it."""
    if view == FAILED:
        follower = aliased(Refund)
        followed = select(follower.id).where(follower.follows_id == Refund.id).exists()
        return and_(Refund.state == RefundState.FAILED, ~followed)
    if view == DONE:
        return or_(
            Refund.state.in_((RefundState.PAID, RefundState.CANCELLED)),
            and_(Refund.state == RefundState.FAILED, ~of_view(FAILED)),
        )
    return Refund.state == {
        APPROVAL: RefundState.REQUESTED, IBAN: RefundState.ASKED, READY: RefundState.READY, SENT: RefundState.SENT,
    }[view]  # fmt: skip


def undecided() -> ColumnElement[bool]:
    """Requests to pay back for which no refund is under way."""
    running = (
        select(Refund.id)
        .where(Refund.enrolment_id == Settlement.enrolment_id, Refund.state.in_(PENDING_REFUNDS))
        .exists()
    )
    return and_(Settlement.state == SettlementState.OPEN, or_(Settlement.amount_cents > 0, ~running))


def transferable() -> ColumnElement[bool]:
    """Refunds that wait for the next transfer file."""
    return and_(
        Refund.state == RefundState.READY,
        Refund.means == RefundMeans.TRANSFER,
        Refund.transfer_file_id.is_(None),
    )


async def totals(session: AsyncSession) -> Mapping[str, tuple[int, int]]:
    """How many refunds stand in each list, and what they come to; one statement."""
    columns = []
    for view in VIEWS:
        there = of_view(view)
        columns += [
            func.count(case((there, 1))),
            func.coalesce(func.sum(case((there, Refund.amount_cents))), 0),
        ]
    row = (await session.execute(select(*columns).where(true()))).one()
    return {view: (int(row[2 * place]), int(row[2 * place + 1])) for place, view in enumerate(VIEWS)}


async def refunds_page(session: AsyncSession, view: str, *, limit: int, offset: int) -> Sequence[Refund]:
    """A page of one list: the oldest first, what is over the newest first."""
    order = Refund.finished_at.desc() if view == DONE else Refund.requested_at
    wanted = select(Refund).where(of_view(view)).order_by(order, Refund.id).limit(limit).offset(offset)
    return (await session.scalars(wanted)).all()


async def refunds_of(session: AsyncSession, enrolment_ids: Sequence[UUID]) -> Sequence[Refund]:
    """Every refund of these enrolments, oldest first."""
    wanted = select(Refund).where(Refund.enrolment_id.in_(list(enrolment_ids)))
    return (await session.scalars(wanted.order_by(Refund.requested_at, Refund.id))).all()


async def online_payments(session: AsyncSession, enrolment_id: UUID) -> Sequence[OnlinePayment]:
    """The online payments of an enrolment of which something is left to go back, oldest first.

    The entry's `provider_event` is the provider's payment, a colon and the enrolment: one payment may be for several.
    """
    entries = await session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.enrolment_id == enrolment_id, LedgerEntry.kind == EntryKind.PAYMENT,
            LedgerEntry.provider == Means.ONLINE,
            LedgerEntry.provider_event.startswith(PAYMENT),
        )
        .order_by(LedgerEntry.booked_at)
    )  # fmt: skip
    rows = await session.execute(
        select(Refund.provider_payment, func.sum(Refund.amount_cents))
        .where(
            Refund.enrolment_id == enrolment_id, Refund.means == RefundMeans.ONLINE,
            Refund.state.in_((*PENDING_REFUNDS, RefundState.PAID)),
        )
        .group_by(Refund.provider_payment)
    )  # fmt: skip
    gone = {payment: int(cents) for payment, cents in rows}
    found = []
    for entry in entries:
        payment = (entry.provider_event or "").partition(":")[0]
        left = -entry.amount_cents - gone.get(payment, 0)
        if payment and left > 0:
            found.append(OnlinePayment(payment, entry.booked_at, left))
    return found


async def known_account(session: AsyncSession, debtor_id: UUID | None) -> BankAccount | None:
    """The account to which this payer got money the last time, if ever."""
    if debtor_id is None:
        return None
    last = (
        await session.scalars(
            select(Refund)
            .where(Refund.debtor_id == debtor_id, Refund.iban != "", Refund.state == RefundState.PAID)
            .order_by(Refund.finished_at.desc())
            .limit(1)
        )
    ).first()
    return BankAccount(last.holder, last.iban) if last else None
