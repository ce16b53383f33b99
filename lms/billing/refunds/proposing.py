"""Asking for a refund, approving it, sending it back, and taking it back before it has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing import policy
from lms.billing.concerned import lock_account, refuse_own
from lms.billing.errors import (
    NoOnlinePayment,
    NotOver,
    OwnRequest,
    ReasonMissing,
    RefundElsewhere,
    RefundRunning,
    SettledOtherwise,
)
from lms.billing.models import (
    PENDING_REFUNDS,
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementState,
)
from lms.billing.refunds.accounts import BankAccount
from lms.billing.refunds.booking import ask_refund, go_on, note
from lms.billing.refunds.reading import online_payments
from lms.billing.second_person import TOGETHER
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

ANSWER_WITHIN = timedelta(days=28)
"""So long the link that asks for an IBAN holds: a letter on paper and the answer to it fit in."""
BY_HAND = (RefundMeans.TRANSFER, RefundMeans.CASH)
COUNTED = (*PENDING_REFUNDS, RefundState.PAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A refund as the cashiers want it.

    By TRANSFER goes to `account`; without one its holder is asked for it. ONLINE goes back to `provider_payment`. `purpose`
    stands on the bank statement, `note` is a personal sentence in the letter.
    """

    enrolment_id: UUID
    amount_cents: int
    means: RefundMeans
    reason: str = ""
    purpose: str = ""
    note: str = ""
    account: BankAccount | None = None
    provider_payment: str | None = None
    debtor_id: UUID | None = None
    company_id: UUID | None = None
    follows_id: UUID | None = None


class Proposing:
    """From the wish to READY or ASKED; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    @retried
    async def propose(self, actor: Actor, *, refund_id: UUID, wish: Wish) -> Refund:
        """Promise the money, and let it go on unless a second person is needed. The same `refund_id` twice is one refund.

        Raises AmountNotPositive, MoreThanPaid, NoOnlinePayment, OwnRefund (S-08), SettledOtherwise, and RefundRunning where
        the request of the cashiers about this enrolment is being paid already.
        """
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await self._request(session, wish)
            await lock_account(session, wish.enrolment_id)
            known = await session.get(Refund, refund_id)  # perhaps made while we queued
            if known is not None:
                return known
            await refuse_own(session, actor, wish.enrolment_id)
            await _refuse_double(session, request, wish)
            if wish.means is RefundMeans.ONLINE:
                await _refuse_foreign_payment(session, wish)
            follows_id = await _former_of(session, wish)
            account = wish.account if wish.means is RefundMeans.TRANSFER else None
            state = (
                RefundState.REQUESTED
                if await self.needs_second(session, wish.enrolment_id, wish.amount_cents, at)
                else next_state(wish.means, account.iban if account else "")
            )
            return await ask_refund(
                session, actor, enrolment_id=wish.enrolment_id, amount_cents=wish.amount_cents, means=wish.means,
                state=state, at=at, reason=wish.reason.strip(), debtor_id=wish.debtor_id, company_id=wish.company_id,
                settlement_id=request.id if request else None, holder=account.holder if account else "",
                iban=account.iban if account else "", refund_id=refund_id, purpose=wish.purpose,
                provider_payment=wish.provider_payment if wish.means is RefundMeans.ONLINE else None,
                note_to_payer=wish.note.strip(), follows_id=follows_id,
                asked_until=at + ANSWER_WITHIN if state is RefundState.ASKED else None,
            )  # fmt: skip

    async def needs_second(
        self, session: AsyncSession, enrolment_id: UUID, amount_cents: int, at: datetime
    ) -> bool:
        """Whether a colleague has to approve: the sum of thirty days counts, so that parts do not get around it."""
        lately = await session.scalar(
            select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
                Refund.enrolment_id == enrolment_id, Refund.requested_at > at - TOGETHER,
                Refund.state.in_(COUNTED), Refund.is_automatic.is_(False),
            )
        )  # fmt: skip
        return amount_cents + int(lately or 0) > self.settings.second_person_from_cents

    @retried
    async def approve(self, actor: Actor, *, refund_id: UUID, version: int) -> Refund:
        """A colleague agrees; the refund goes on. Twice is as good as once.

        Raises NotFound, OwnRequest and OwnRefund (S-08), Stale where it is not as it was shown.
        """
        ensure(policy.may_approve(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            if refund.approved_by == actor.account_id and refund.state is not RefundState.REQUESTED:
                return refund
            if refund.requested_by == actor.account_id:
                raise OwnRequest
            as_shown(refund, version, RefundState.REQUESTED)
            refund.approved_at, refund.approved_by, refund.approved_by_name = at, actor.account_id, actor.name
            state = next_state(refund.means, refund.iban)
            refund.asked_until = at + ANSWER_WITHIN if state is RefundState.ASKED else None
            go_on(session, actor, refund, state, "approved", at=at)
            return refund

    @retried
    async def send_back(self, actor: Actor, *, refund_id: UUID, version: int, reason: str) -> Refund:
        """A colleague does not agree: the refund is over, the reason is kept, the money is free to be asked for again.

        Raises NotFound, ReasonMissing, OwnRequest, OwnRefund, Stale.
        """
        ensure(policy.may_approve(actor), actor)
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            if refund.requested_by == actor.account_id:
                raise OwnRequest
            as_shown(refund, version, RefundState.REQUESTED)
            return self._end(session, actor, refund, "sent_back", reason)

    @retried
    async def cancel(self, actor: Actor, *, refund_id: UUID, version: int, reason: str) -> Refund:
        """Take a refund back that has not left, or close one that failed.

        What is READY for the provider of online payments, or to become a voucher, is being carried at this moment: that is too
        late. Raises NotFound, ReasonMissing, RefundElsewhere, Stale, NotOver.
        """
        ensure(policy.may_refund(actor), actor)
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            if refund.transfer_file_id is not None and refund.state is RefundState.READY:
                raise NotOver
            if refund.state is RefundState.READY and refund.means not in BY_HAND:
                raise RefundElsewhere
            as_shown(
                refund,
                version,
                RefundState.REQUESTED,
                RefundState.ASKED,
                RefundState.READY,
                RefundState.FAILED,
            )
            return self._end(session, actor, refund, "cancelled", reason)

    def _end(self, session: AsyncSession, actor: Actor, refund: Refund, action: str, reason: str) -> Refund:
        if not reason.strip():
            raise ReasonMissing
        at = self.clock()
        refund.state, refund.failure, refund.finished_at = RefundState.CANCELLED, reason.strip(), at
        refund.version += 1
        note(session, actor, refund, action, at=at, reason=reason.strip())
        return refund

    async def _request(self, session: AsyncSession, wish: Wish) -> Settlement | None:
        """The newest request of the cashiers about this enrolment that asks to pay back, locked."""
        return (
            await session.scalars(
                select(Settlement)
                .where(
                    Settlement.enrolment_id == wish.enrolment_id, Settlement.state != SettlementState.OVERTAKEN,
                    Settlement.amount_cents < 0,
                )
                .order_by(Settlement.requested_at.desc())
                .limit(1)
                .with_for_update()
            )
        ).first()  # fmt: skip


async def follower_of(session: AsyncSession, refund_id: UUID) -> UUID | None:
    """The refund that replaces a failed one, if there is one."""
    return await session.scalar(select(Refund.id).where(Refund.follows_id == refund_id))


def next_state(means: RefundMeans, iban: str) -> RefundState:
    """Where an approved refund stands: an account has to be known before anything is transferred."""
    return RefundState.ASKED if means is RefundMeans.TRANSFER and not iban else RefundState.READY


async def locked(session: AsyncSession, refund_id: UUID) -> Refund:
    """The refund, as it is now that nobody else changes it. Raises NotFound."""
    refund = await session.get(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund is None:
        raise NotFound
    return refund


def as_shown(refund: Refund, version: int, *states: RefundState) -> None:
    """Raise RefundElsewhere where it is past these states, Stale where somebody has changed it since it was shown."""
    if refund.state not in states:
        raise RefundElsewhere
    if refund.version != version:
        raise Stale


async def _former_of(session: AsyncSession, wish: Wish) -> UUID | None:
    """The failed refund of this enrolment that the new one replaces; None where nothing like that is meant."""
    if wish.follows_id is None:
        return None
    former = await session.get(Refund, wish.follows_id, with_for_update=True)
    if former is None or former.enrolment_id != wish.enrolment_id or former.state is not RefundState.FAILED:
        return None
    return None if await follower_of(session, former.id) else former.id


async def _refuse_double(session: AsyncSession, request: Settlement | None, wish: Wish) -> None:
    if request is not None and request.state is SettlementState.SETTLED and request.settled_note:
        raise SettledOtherwise(note=request.settled_note)
    running = await session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.enrolment_id == wish.enrolment_id, Refund.state.in_(PENDING_REFUNDS)
        )
    )
    asked_for = (
        -request.amount_cents if request is not None and request.state is SettlementState.OPEN else None
    )
    if asked_for is not None and running and int(running) + wish.amount_cents > asked_for:
        raise RefundRunning


async def _refuse_foreign_payment(session: AsyncSession, wish: Wish) -> None:
    left = {one.payment: one.left_cents for one in await online_payments(session, wish.enrolment_id)}
    if wish.amount_cents > left.get(wish.provider_payment or "", 0):
        raise NoOnlinePayment
