"""Letters about paying online: the place is held and how to pay, it is free again, money has arrived, money came too late."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import SettlementCause
from lms.billing.queries import balance_of
from lms.billing.settling import request_settlement
from lms.db import retried
from lms.enrolment import events
from lms.enrolment.changing.sums import written
from lms.enrolment.letters.facts import facts_of, send
from lms.enrolment.models import EnrolmentState
from lms.enrolment.queries import order_of
from lms.enrolment.service.paying import PAID_TOO_MUCH
from lms.enrolment.values import CancellationLine
from lms.jobs.queue import enqueue
from lms.kernel.actor import SYSTEM
from lms.web.module import Around

REMIND = "remind-of-payment"
REMIND_AFTER = timedelta(minutes=15)
"""Whoever sits at the screen and has not paid by then gets the link by letter."""


async def ask_for_payment(session: AsyncSession, event: events.PaymentAwaited) -> None:
    """The link to pay: at once where it comes by letter, a quarter of an hour later to whoever left the page."""
    if event.at_screen:
        later = event.at + REMIND_AFTER
        enqueue(session, REMIND, {"enrolment_id": str(event.enrolment_id)}, at=later)
    else:
        await _ask(session, event.enrolment_id)


def reminder(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that sends the link to whoever has not paid yet; twice is as good as once."""

    @retried
    async def act(payload: dict[str, Any]) -> None:
        async with around.begin() as session:
            await _ask(session, UUID(payload["enrolment_id"]))

    return act


async def _ask(session: AsyncSession, enrolment_id: UUID) -> None:
    facts = await facts_of(session, enrolment_id)
    if facts is None or not facts.enrolment.awaits_payment:
        return
    due = [one for one in await order_of(session, facts.enrolment.order_id) if one.awaits_payment]
    await send(
        session, facts, "payment_awaited", at=facts.enrolment.changed_at, in_writing=True,
        answer_by=facts.enrolment.held_until, deadline=facts.enrolment.held_until,
        sum_cents=sum(one.price_cents for one in due), persons=len(due),
    )  # fmt: skip


async def tell_of_missed_payment(session: AsyncSession, event: events.PaymentMissed) -> None:
    """The place went on. What was paid in part is a task of the cashiers."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or facts.enrolment.state is not EnrolmentState.EXPIRED:
        return
    at = facts.enrolment.changed_at
    over = -(await balance_of(session, [event.enrolment_id]))[event.enrolment_id].open_cents
    if over > 0:
        await request_settlement(
            session, SYSTEM, enrolment_id=event.enrolment_id, cause=SettlementCause.OVERPAID,
            lines=[written(CancellationLine(PAID_TOO_MUCH, -over, {}))], at=at,
        )  # fmt: skip
    await send(session, facts, "payment_missed", at=at, version=at.isoformat(), over_cents=max(0, over))


async def tell_of_payment(session: AsyncSession, event: events.PaymentArrived) -> None:
    """Thanks for an amount that was owed already."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    still = (await balance_of(session, [event.enrolment_id]))[event.enrolment_id].open_cents
    await send(
        session, facts, "payment_arrived", at=event.at, version=event.at.isoformat(),
        sum_cents=event.amount_cents, open_cents=max(0, still),
    )  # fmt: skip


async def tell_that_it_was_too_late(session: AsyncSession, event: events.PaymentTooLate) -> None:
    """There is no place for the money: it goes back."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is not None:
        at = facts.enrolment.changed_at
        await send(
            session, facts, "payment_too_late", at=at, version=at.isoformat(), sum_cents=event.amount_cents
        )
