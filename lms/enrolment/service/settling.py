"""Telling the cashiers what a change of mind comes to."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.concerned import lock_account
from lms.billing.models import SettlementCause
from lms.billing.queries import balance_of
from lms.billing.refunds.booking import refundable_cents
from lms.billing.service import record_payment, record_refund
from lms.billing.settling import request_settlement
from lms.enrolment.changing.sums import written
from lms.enrolment.models import Enrolment
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.values import CancellationLine
from lms.kernel.actor import Actor
from lms.vouchers.redeeming import follow, return_value

MOVED = "moved"
"""The provider of the two entries by which a payment goes over from one enrolment to the one that follows it."""


async def ask_cashiers(
    locked: LockedRun,
    actor: Actor,
    enrolment: Enrolment,
    cause: SettlementCause,
    lines: Sequence[CancellationLine],
    *,
    reason: str = "",
    due_on: date | None = None,
) -> None:
    """File the request to pay back or to collect, after the books were changed; nothing where the account is even.

    What vouchers have paid goes back to them first: no voucher turns into money.
    """
    await return_value(locked.session, actor, enrolment.id, at=locked.at)
    await request_settlement(
        locked.session,
        actor,
        enrolment_id=enrolment.id,
        cause=cause,
        lines=[written(line) for line in lines],
        at=locked.at,
        reason=reason,
        due_on=due_on,
    )


async def paid_for(session: AsyncSession, enrolment: Enrolment) -> int:
    """What was paid for an enrolment and not paid back, in cents."""
    return (await balance_of(session, [enrolment.id]))[enrolment.id].paid_cents


async def carry_payments(locked: LockedRun, actor: Actor, former: Enrolment, new: Enrolment) -> int:
    """Let what was paid for one enrolment count for the one that follows it; says how much. Both entries add up to nothing.

    What is promised back already stays behind: it goes back.
    """
    await lock_account(locked.session, former.id)
    same_price = new.price_cents == former.price_cents
    await follow(locked.session, former.id, new.id, discounts=same_price)
    paid = await refundable_cents(locked.session, former.id)
    if paid <= 0:
        return 0
    event = f"{former.id}:{new.id}"
    payer = new.contact_id or new.person_id
    await record_refund(
        locked.session, actor, enrolment_id=former.id, amount_cents=paid, cause=MOVED, at=locked.at,
        provider=MOVED, provider_event=f"{event}:out", debtor_id=payer,
    )  # fmt: skip
    await record_payment(
        locked.session, actor, enrolment_id=new.id, amount_cents=paid, cause=MOVED, at=locked.at,
        provider=MOVED, provider_event=f"{event}:in", debtor_id=payer,
    )  # fmt: skip
    return paid
