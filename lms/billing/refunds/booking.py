"""The two ends of a refund that its carriers share: that it is wanted, and what came of it. Plain functions in a transaction."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.concerned import lock_account
from lms.billing.errors import AmountNotPositive, MoreThanPaid
from lms.billing.events import RefundAsked, RefundFailed, RefundPaid, RefundReady
from lms.billing.models import (
    PENDING_REFUNDS,
    Means,
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementState,
)
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
    refund_id: UUID | None = None,
    purpose: str = "",
    note_to_payer: str = "",
    asked_until: datetime | None = None,
    follows_id: UUID | None = None,
) -> Refund:
    """Promise money back; READY ones go to their carrier. The account is locked here, so that money is promised once.

    Raises AmountNotPositive, and MoreThanPaid where it is more than what was paid and is not promised yet.
    """
    if amount_cents <= 0:
        raise AmountNotPositive
    await session.flush()
    await lock_account(session, enrolment_id)
    if amount_cents > await refundable_cents(session, enrolment_id):
        raise MoreThanPaid
    refund = Refund(
        enrolment_id=enrolment_id, amount_cents=amount_cents, means=means, state=state, requested_at=at,
        debtor_id=debtor_id, company_id=company_id, settlement_id=settlement_id, reason=reason,
        is_automatic=is_automatic, requested_by=actor.account_id, holder=holder, iban=iban,
        provider_payment=provider_payment, requested_by_name=actor.name, purpose=purpose, note=note_to_payer,
        asked_until=asked_until, follows_id=follows_id, id=refund_id or uuid4(),
    )  # fmt: skip
    session.add(refund)
    await session.flush()
    note(session, actor, refund, "requested", at=at, reason=reason)
    _tell(session, refund, at)
    return refund


def go_on(
    session: AsyncSession, actor: Actor, refund: Refund, state: RefundState, action: str, *, at: datetime
) -> None:
    """Take the next step: READY goes to its carrier, ASKED writes to the payer. The caller has locked the row."""
    refund.state = state
    refund.version += 1
    note(session, actor, refund, action, at=at)
    _tell(session, refund, at)


def _tell(session: AsyncSession, refund: Refund, at: datetime) -> None:
    if refund.state is RefundState.READY:
        announce(session, RefundReady(refund_id=refund.id), at=at)
    elif refund.state is RefundState.ASKED:
        announce(session, RefundAsked(refund_id=refund.id, version=refund.link_version), at=at)


async def paid_out(
    session: AsyncSession,
    actor: Actor,
    refund: Refund,
    *,
    at: datetime,
    provider_ref: str | None = None,
    reason: str = "",
) -> None:
    """The money is gone: book it, once, and with it the request of the cashiers that asked for it.

    Twice is as good as once; the caller has locked the row.
    """
    if refund.state is RefundState.PAID:
        return
    event = f"refund:{provider_ref or refund.id}"
    entry = await record_refund(
        session, actor, enrolment_id=refund.enrolment_id, amount_cents=refund.amount_cents, cause="refund", at=at,
        provider=CARRIED_BY[refund.means], provider_event=event, debtor_id=refund.debtor_id, company_id=refund.company_id,
    )  # fmt: skip
    if entry is None:  # booked already, by whoever saw the same money leave
        return
    refund.state, refund.entry_id, refund.finished_at = RefundState.PAID, entry.id, at
    refund.provider_ref = provider_ref or refund.provider_ref
    refund.failure = ""
    refund.version += 1
    note(session, actor, refund, "paid", at=at, reason=reason)
    announce(session, RefundPaid(refund_id=refund.id), at=at)
    await _settle_request(session, actor, refund, at)


async def _settle_request(session: AsyncSession, actor: Actor, refund: Refund, at: datetime) -> None:
    """What the cashiers were asked to pay back is paid back; a part of it leaves the request open."""
    request = (
        await session.scalars(
            select(Settlement)
            .where(
                Settlement.enrolment_id == refund.enrolment_id,
                Settlement.state == SettlementState.OPEN,
                Settlement.amount_cents < 0,
            )
            .with_for_update()
        )
    ).one_or_none()
    if request is None:
        return
    await session.flush()
    if (await balance_of(session, [refund.enrolment_id]))[refund.enrolment_id].open_cents < 0:
        return
    request.state, request.settled_at, request.settled_by = SettlementState.SETTLED, at, actor.account_id
    record(
        session, actor, "settlement.settled", at=at, kind="settlement", object_id=request.id,
        after={"amount_cents": request.amount_cents, "enrolment_id": str(request.enrolment_id), "refund_id": str(refund.id)},
    )  # fmt: skip


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
