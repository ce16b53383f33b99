"""The two ends of a refund that its carriers share: that it is wanted, and what came of it. Plain functions in a transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.errors import AmountNotPositive, MoreThanPaid
from lms.billing.events import RefundFailed, RefundPaid, RefundReady
from lms.billing.models import PENDING_REFUNDS, Means, Refund, RefundMeans, RefundState
from lms.billing.queries import balance_of
from lms.billing.service import record_refund
from lms.jobs.queue import announce
from lms.kernel.actor import Actor

CARRIED_BY = {
    RefundMeans.ONLINE: Means.ONLINE,
    RefundMeans.TRANSFER: Means.TRANSFER,
    RefundMeans.CASH: Means.CASH,
    RefundMeans.VOUCHER: Means.VOUCHER,
}
"""The provider of the entry that a refund makes in the ledger."""


async def refundable_cents(session: AsyncSession, enrolment_id: UUID) -> int:
    """What was paid for an enrolment and is neither paid back nor promised to be."""
    paid = (await balance_of(session, [enrolment_id]))[enrolment_id].paid_cents
    promised = await session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.enrolment_id == enrolment_id, Refund.state.in_(PENDING_REFUNDS)
        )
    )
    return paid - int(promised or 0)


async def ask_refund(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    amount_cents: int,
    means: RefundMeans,
    state: RefundState,
    at: datetime,
    reason: str = "",
    debtor_id: UUID | None = None,
    company_id: UUID | None = None,
    settlement_id: UUID | None = None,
    holder: str = "",
    iban: str = "",
    provider_payment: str | None = None,
    is_automatic: bool = False,
) -> Refund:
    """Promise money back; READY ones go to their carrier. The caller holds the lock under which this enrolment is refunded.

    Raises AmountNotPositive, and MoreThanPaid where it is more than what was paid and is not promised yet.
    """
    if amount_cents <= 0:
        raise AmountNotPositive
    await session.flush()
    if amount_cents > await refundable_cents(session, enrolment_id):
        raise MoreThanPaid
    refund = Refund(
        enrolment_id=enrolment_id, amount_cents=amount_cents, means=means, state=state, requested_at=at,
        debtor_id=debtor_id, company_id=company_id, settlement_id=settlement_id, reason=reason,
        is_automatic=is_automatic, requested_by=actor.account_id, holder=holder, iban=iban,
        provider_payment=provider_payment,
    )  # fmt: skip
    session.add(refund)
    await session.flush()
    note(session, actor, refund, "requested", at=at, reason=reason)
    if state is RefundState.READY:
        announce(session, RefundReady(refund_id=refund.id), at=at)
    return refund


async def paid_out(
    session: AsyncSession, actor: Actor, refund: Refund, *, at: datetime, provider_ref: str | None = None
) -> None:
    """The money is gone: book it, once. Twice is as good as once; the caller has locked the row."""
    if refund.state is RefundState.PAID:
        return
    event = f"refund:{provider_ref or refund.id}"
    entry = await record_refund(
        session, actor, enrolment_id=refund.enrolment_id, amount_cents=refund.amount_cents, cause="refund", at=at,
        provider=CARRIED_BY[refund.means], provider_event=event, debtor_id=refund.debtor_id,
    )  # fmt: skip
    if entry is None:  # booked already, by whoever saw the same money leave
        return
    refund.state, refund.entry_id, refund.finished_at = RefundState.PAID, entry.id, at
    refund.provider_ref = provider_ref or refund.provider_ref
    refund.failure = ""
    refund.version += 1
    note(session, actor, refund, "paid", at=at)
    announce(session, RefundPaid(refund_id=refund.id), at=at)


def did_not_get_through(
    session: AsyncSession, actor: Actor, refund: Refund, why: str, *, at: datetime
) -> None:
    """The money did not leave, or came back at once: a task for the cashiers, who choose another way."""
    if refund.state in {RefundState.PAID, RefundState.FAILED, RefundState.CANCELLED}:
        return
    refund.state, refund.failure, refund.finished_at = RefundState.FAILED, why, at
    refund.version += 1
    note(session, actor, refund, "failed", at=at, reason=why)
    announce(session, RefundFailed(refund_id=refund.id), at=at)


def note(
    session: AsyncSession, actor: Actor, refund: Refund, action: str, *, at: datetime, reason: str = ""
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"refund.{action}", at=at, kind="refund", object_id=refund.id, person_id=refund.debtor_id,
        after={"amount_cents": refund.amount_cents, "enrolment_id": str(refund.enrolment_id), "means": refund.means},
        reason=reason,
    )  # fmt: skip
