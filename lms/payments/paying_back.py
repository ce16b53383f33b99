"""Refunds at the provider: asked for once, and followed until the money is gone or has come back."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.events import RefundReady
from lms.billing.models import LedgerEntry, Means, Refund, RefundMeans, RefundState, SettlementCause
from lms.billing.refunds.booking import did_not_get_through, note, paid_out
from lms.billing.service import record_payment, record_refund
from lms.billing.settling import request_settlement
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.jobs.worker import TryLater
from lms.kernel.actor import SYSTEM
from lms.kernel.marking import N_
from lms.payments.errors import ProviderAway, ProviderRefused
from lms.payments.gateway import Gateway, Thing
from lms.payments.models import Checkout
from lms.web.module import Around
from lms.web.sent import uuid_in

PAY_BACK = "pay-back-online"
GONE = "succeeded"
LOST = frozenset({"failed", "canceled"})
CAME_BACK = N_("A refund did not get through, the money is with us again")
REFUSED = N_("The payment service has refused this refund. Its pages say why.")
NO_PAYMENT = N_("No online payment was found to which it could go back.")


async def have_it_paid_back(session: AsyncSession, event: RefundReady) -> None:
    """Calls go out from a task, with no transaction open."""
    refund = await session.get(Refund, event.refund_id)
    if refund is not None and refund.means is RefundMeans.ONLINE:
        enqueue(
            session, PAY_BACK, {"refund_id": str(refund.id)}, key=f"{PAY_BACK}:{refund.id}:{refund.version}"
        )


def payer_back(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that asks the provider to pay back; twice is as good as once."""
    gateway = Gateway(around.settings)

    async def act(payload: dict[str, Any]) -> None:
        refund_id = UUID(payload["refund_id"])
        async with around.begin.reading() as session:
            refund = await session.get_one(Refund, refund_id)
            intent_id = refund.provider_payment or await _payment_of(session, refund.enrolment_id)
        if refund.state not in {RefundState.READY, RefundState.SENT}:
            return
        if not intent_id:
            await _fail(around, refund_id, NO_PAYMENT)
            return
        try:
            made = await _made_before(gateway, intent_id, refund_id)
            if made is None:
                key = hashlib.sha256(f"refund:{refund_id}:{refund.version}".encode()).hexdigest()
                made = await gateway.refund(intent_id, refund.amount_cents, refund_id=str(refund_id), key=key)
        except ProviderAway as away:
            raise TryLater(str(away)) from away
        except ProviderRefused:
            await _fail(around, refund_id, REFUSED)
            return
        await _follow(around, made)

    return act


async def _made_before(gateway: Gateway, intent_id: str, refund_id: UUID) -> Thing | None:
    """The refund as the provider knows it, should an earlier call have got through (the provider forgets keys after a day, S-53)."""
    return next(
        (
            one
            for one in await gateway.refunds(intent_id)
            if _own_id(one) == refund_id and one.get("status") not in LOST
        ),
        None,
    )


async def _payment_of(session: AsyncSession, enrolment_id: UUID) -> str:
    """The newest online payment for an enrolment."""
    event = await session.scalar(
        select(LedgerEntry.provider_event)
        .where(
            LedgerEntry.enrolment_id == enrolment_id,
            LedgerEntry.provider == Means.ONLINE,
            LedgerEntry.provider_event.startswith("pi_"),
        )
        .order_by(LedgerEntry.booked_at.desc())
        .limit(1)
    )
    return (event or "").partition(":")[0]


@retried
async def _fail(around: Around, refund_id: UUID, why: str) -> None:
    async with around.begin() as session:
        refund = await session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
        did_not_get_through(session, SYSTEM, refund, why, at=around.clock())


@retried
async def _follow(around: Around, told: Thing) -> None:
    async with around.begin() as session:
        await _own_refund(session, told, at=around.clock())


async def follow_refunds(
    session: AsyncSession,
    checkout: Checkout,
    shares: Mapping[UUID, int],
    told: Sequence[Thing],
    *,
    at: datetime,
) -> None:
    """Let refunds stand here as they stand at the provider, also those that somebody made there by hand."""
    left = dict(shares)
    for one in sorted(told, key=lambda refund: (int(refund.get("created") or 0), str(refund["id"]))):
        if not await _own_refund(session, one, at=at):
            await _foreign_refund(session, checkout, left, one, at=at)
    checkout.refunded_cents = sum(int(one["amount"]) for one in told if one.get("status") == GONE)


async def _own_refund(session: AsyncSession, told: Thing, *, at: datetime) -> bool:
    """Follow a refund that we have asked for; False where it is not ours."""
    refund_id = _own_id(told)
    refund = (
        await session.get(Refund, refund_id, with_for_update=True, populate_existing=True)
        if refund_id
        else None
    )
    if refund is None:
        return False
    status, reference = str(told.get("status") or ""), str(told["id"])
    if status == GONE:
        await paid_out(session, SYSTEM, refund, at=at, provider_ref=reference)
    elif status in LOST:
        await _lost(session, refund, told, at=at)
    elif refund.state is RefundState.READY:
        refund.state, refund.sent_at, refund.provider_ref = RefundState.SENT, at, reference
        note(session, SYSTEM, refund, "sent", at=at)
    return True


async def _lost(session: AsyncSession, refund: Refund, told: Thing, *, at: datetime) -> None:
    if refund.state is not RefundState.PAID:
        if refund.provider_ref in {None, str(told["id"])}:
            did_not_get_through(session, SYSTEM, refund, REFUSED, at=at)
        return
    if refund.provider_ref != str(told["id"]):
        return
    back = await record_payment(
        session, SYSTEM, enrolment_id=refund.enrolment_id, amount_cents=refund.amount_cents, cause="refund_failed",
        at=at, provider=Means.ONLINE, provider_event=f"refund_failed:{told['id']}", debtor_id=refund.debtor_id,
    )  # fmt: skip
    if back is not None:
        line = {"message": CAME_BACK, "params": {}, "amount_cents": -refund.amount_cents}
        await request_settlement(
            session,
            SYSTEM,
            enrolment_id=refund.enrolment_id,
            cause=SettlementCause.OVERPAID,
            lines=[line],
            at=at,
        )


async def _foreign_refund(
    session: AsyncSession, checkout: Checkout, left: dict[UUID, int], told: Thing, *, at: datetime
) -> None:
    """Made by hand at the provider: money has left, so it is booked, enrolment by enrolment, each no more than was paid for it.

    `left` is what earlier ones have left of the shares: the older a refund, the sooner its turn, so that it falls the same way
    however often it is told.
    """
    if told.get("status") != GONE:
        return
    rest = int(told["amount"])
    for enrolment_id, most in sorted(left.items()):
        part = min(most, rest)
        if part <= 0:
            continue
        left[enrolment_id] -= part
        await record_refund(
            session, SYSTEM, enrolment_id=enrolment_id, amount_cents=part, cause="refunded_at_provider", at=at,
            provider=Means.ONLINE, provider_event=f"refund:{told['id']}:{enrolment_id}",
            debtor_id=checkout.debtor_id,
        )  # fmt: skip
        rest -= part


def _own_id(told: Thing) -> UUID | None:
    return uuid_in((told.get("metadata") or {}).get("refund"))
