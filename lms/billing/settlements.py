"""What the cashiers do with requests: mark them as done, with a note, and take that back (`refunds` pays)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import NoteNeeded, OtherRequestOpen, RefundRunning
from lms.billing.models import PENDING_REFUNDS, Refund, Settlement, SettlementState
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


class Settlements:
    """Requests to pay back or to collect; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def settle(self, actor: Actor, *, settlement_id: UUID, note: str) -> Settlement:
        """Mark a request as done. Twice is as good as once; one that was overtaken meanwhile is Stale.

        Raises NotFound, NoteNeeded, OwnRefund for whoever owes or is owed (S-08), and RefundRunning where the money is on its
        way already: noting it as settled would invite paying it twice.
        """
        ensure(policy.may_refund(actor), actor)
        if not note.strip():
            raise NoteNeeded
        async with self.begin() as session:
            request = await _locked(session, settlement_id)
            await refuse_own(session, actor, request.enrolment_id)
            if request.state is SettlementState.OVERTAKEN:
                raise Stale
            if request.state is SettlementState.OPEN:
                if request.amount_cents < 0 and await _has_running_refund(session, request):
                    raise RefundRunning
                request.state, request.settled_note = SettlementState.SETTLED, note.strip()
                request.settled_at, request.settled_by = self.clock(), actor.account_id
                self._record(session, actor, request, "settled", note.strip())
            return request

    @retried
    async def reopen(self, actor: Actor, *, settlement_id: UUID) -> Settlement:
        """Take it back. Raises OtherRequestOpen where a later request about the same enrolment is open already."""
        ensure(policy.may_refund(actor), actor)
        async with self.begin() as session:
            request = await _locked(session, settlement_id)
            await refuse_own(session, actor, request.enrolment_id)
            if request.state is SettlementState.SETTLED:
                later = await session.scalar(
                    select(func.count()).where(
                        Settlement.enrolment_id == request.enrolment_id,
                        Settlement.requested_at >= request.requested_at,
                        Settlement.id != request.id,
                    )
                )
                if later:
                    raise OtherRequestOpen
                request.state, request.settled_at, request.settled_by = SettlementState.OPEN, None, None
                self._record(session, actor, request, "reopened", "")
            return request

    def _record(
        self, session: AsyncSession, actor: Actor, request: Settlement, action: str, note: str
    ) -> None:
        record(
            session, actor, f"settlement.{action}", at=self.clock(), kind="settlement", object_id=request.id,
            after={"amount_cents": request.amount_cents, "enrolment_id": str(request.enrolment_id)}, reason=note,
        )  # fmt: skip


async def settlements_page(
    session: AsyncSession, state: SettlementState, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Settlement], int]:
    """Requests in this state, the oldest first (what is done: the newest first), and how many there are."""
    total = await session.scalar(select(func.count()).where(Settlement.state == state))
    order = Settlement.requested_at if state is SettlementState.OPEN else Settlement.settled_at.desc()
    wanted = select(Settlement).where(Settlement.state == state).order_by(order, Settlement.id)
    if limit is not None:
        wanted = wanted.limit(limit).offset(offset)
    return (await session.scalars(wanted)).all(), total or 0


async def _has_running_refund(session: AsyncSession, request: Settlement) -> bool:
    running = await session.scalar(
        select(func.count()).where(
            Refund.enrolment_id == request.enrolment_id, Refund.state.in_(PENDING_REFUNDS)
        )
    )
    return bool(running)


async def _locked(session: AsyncSession, settlement_id: UUID) -> Settlement:
    found = await session.get(Settlement, settlement_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found
