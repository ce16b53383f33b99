"""Bringing our books to where the provider says things are: forward only, by object and not by message, in any order (S-52)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.events import PaymentReturned
from lms.billing.models import Means
from lms.billing.service import record_payment, record_refund
from lms.enrolment.service.paying import receive_money, trust_in_payment
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM
from lms.kernel.marking import N_
from lms.payments.events import PaymentFailed
from lms.payments.gateway import CURRENCY, Thing
from lms.payments.models import UNDECIDED, Checkout, CheckoutShare, CheckoutState, Dispute
from lms.payments.paying_back import follow_refunds
from lms.payments.told import Told
from lms.settings import Settings

WRONG_SUM = N_("The payment service reports another amount than we asked for.")
WRONG_CURRENCY = N_("The payment service reports another currency than euro.")
TAKEN_BACK = frozenset({"needs_response", "under_review", "lost"})
"""Disputes for which the bank has taken the money; a warning leaves it."""


async def settle(
    session: AsyncSession, checkout_id: UUID, told: Told, *, at: datetime, settings: Settings
) -> None:
    """Let everything hold here that holds there. Twice is as good as once; what is further here already stays."""
    checkout = await locked(session, checkout_id)
    if checkout is None or told.is_live is not settings.stripe_is_live:
        return
    shares = await shares_of(session, checkout.id)
    checkout.session_id = checkout.session_id or told.session_id
    checkout.intent_id = checkout.intent_id or told.intent_id or None
    checkout.means = told.means or checkout.means
    if told.is_paid and checkout.state not in {CheckoutState.PAID, CheckoutState.PUZZLING}:
        await _book(session, checkout, shares, told, at=at, settings=settings)
    elif checkout.state in UNDECIDED:
        await _move(session, checkout, shares, told, at=at, settings=settings)
    if checkout.state is CheckoutState.PAID:
        await follow_refunds(session, checkout, shares, told.refunds, at=at)
        for dispute in told.disputes:
            await _follow_dispute(session, checkout, shares, dispute, at=at)


async def locked(session: AsyncSession, checkout_id: UUID) -> Checkout | None:
    """An attempt, whose row is locked until the transaction ends."""
    return await session.get(Checkout, checkout_id, with_for_update=True, populate_existing=True)


async def shares_of(session: AsyncSession, checkout_id: UUID) -> dict[UUID, int]:
    """What the attempt pays, for which enrolment how many cents."""
    rows = await session.execute(
        select(CheckoutShare.enrolment_id, CheckoutShare.amount_cents)
        .where(CheckoutShare.checkout_id == checkout_id)
        .order_by(CheckoutShare.enrolment_id)
    )
    return {row[0]: row[1] for row in rows}


async def _book(
    session: AsyncSession,
    checkout: Checkout,
    shares: Mapping[UUID, int],
    told: Told,
    *,
    at: datetime,
    settings: Settings,
) -> None:
    why = ""
    if told.currency != CURRENCY:
        why = WRONG_CURRENCY
    elif told.received_cents != checkout.amount_cents:
        why = WRONG_SUM
    if why:  # nothing is booked that we do not understand: the cashiers look at it at the provider
        decide(session, checkout, CheckoutState.PUZZLING, at=at, note=why)
        return
    await receive_money(
        session, SYSTEM, shares=shares, means=Means.ONLINE, event=told.intent_id, cause="paid_online", at=at,
        settings=settings,
    )  # fmt: skip
    decide(session, checkout, CheckoutState.PAID, at=at)


async def _move(
    session: AsyncSession,
    checkout: Checkout,
    shares: Mapping[UUID, int],
    told: Told,
    *,
    at: datetime,
    settings: Settings,
) -> None:
    if told.is_under_way and checkout.state is not CheckoutState.PROCESSING:
        await trust_in_payment(session, SYSTEM, enrolment_ids=list(shares), at=at, settings=settings)
        checkout.state = CheckoutState.PROCESSING
    elif told.has_failed:
        decide(session, checkout, CheckoutState.FAILED, at=at)
        for enrolment_id, cents in shares.items():
            announce(session, PaymentFailed(enrolment_id=enrolment_id, amount_cents=cents, at=at), at=at)
    elif told.status == "expired":
        decide(session, checkout, CheckoutState.EXPIRED, at=at)
    elif told.status == "open" and checkout.state is CheckoutState.OPENING:
        checkout.state = CheckoutState.OPEN


def decide(
    session: AsyncSession, checkout: Checkout, state: CheckoutState, *, at: datetime, note: str = ""
) -> None:
    """Say what came of an attempt."""
    checkout.state, checkout.decided_at, checkout.note = state, at, note
    record(
        session, SYSTEM, f"checkout.{state}", at=at, kind="checkout", object_id=checkout.id,
        person_id=checkout.debtor_id, after={"amount_cents": checkout.amount_cents}, reason=note,
    )  # fmt: skip


async def _follow_dispute(
    session: AsyncSession, checkout: Checkout, shares: Mapping[UUID, int], told: Thing, *, at: datetime
) -> None:
    """A bank takes a payment back at once, and gives it back should we win: each is booked when it has happened."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    own_id, status, cents = str(told["id"]), str(told.get("status") or ""), int(told.get("amount") or 0)
    await session.execute(
        insert(Dispute)
        .values(
            id=own_id, checkout_id=checkout.id, amount_cents=cents, status=status, noticed_at=at,
            reason=str(told.get("reason") or ""),
        )
        .on_conflict_do_update(index_elements=[Dispute.id], set_={"status": status})
    )  # fmt: skip
    if status in TAKEN_BACK or status == "won":
        for enrolment_id, part in spread(shares, cents).items():
            taken = await record_refund(
                session, SYSTEM, enrolment_id=enrolment_id, amount_cents=part, cause="disputed", at=at,
                provider=Means.ONLINE, provider_event=f"dispute:{own_id}:{enrolment_id}",
                debtor_id=checkout.debtor_id,
            )  # fmt: skip
            if taken is not None and status != "won":
                announce(
                    session,
                    PaymentReturned(enrolment_id=enrolment_id, amount_cents=part, means=Means.ONLINE),
                    at=at,
                )
    if status == "won":
        for enrolment_id, part in spread(shares, cents).items():
            await record_payment(
                session, SYSTEM, enrolment_id=enrolment_id, amount_cents=part, cause="dispute_won", at=at,
                provider=Means.ONLINE, provider_event=f"dispute_won:{own_id}:{enrolment_id}",
                debtor_id=checkout.debtor_id,
            )  # fmt: skip


def spread(shares: Mapping[UUID, int], cents: int) -> dict[UUID, int]:
    """An amount about the whole payment, laid upon the enrolments one after the other; the same every time."""
    laid: dict[UUID, int] = {}
    for enrolment_id, most in sorted(shares.items()):
        part = min(most, cents)
        if part > 0:
            laid[enrolment_id] = part
            cents -= part
    return laid
