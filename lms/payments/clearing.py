"""What the cashiers do about online payments that do not fit, and about disputes: look, act at the provider, and say that it is seen to."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound
from lms.kernel.marking import N_
from lms.payments.models import Checkout, CheckoutState, Dispute
from lms.payments.settling import locked
from lms.web.module import Around


class ClearingNoteNeeded(Invalid):
    message = N_("Write what was done, for example: paid back at the payment service on 4 December.")


class Clearing:
    """Seeing to odd payments; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def clear(self, actor: Actor, *, checkout_id: UUID, note: str) -> None:
        """Say what was done about a payment that did not fit. Twice is as good as once. Raises NotFound, ClearingNoteNeeded."""
        ensure(actor.may_for_all("refund", "payment"), actor)
        if not note.strip():
            raise ClearingNoteNeeded
        async with self.begin() as session:
            checkout = await locked(session, checkout_id)
            if checkout is None or checkout.state is not CheckoutState.PUZZLING:
                raise NotFound
            if not checkout.note:
                return
            checkout.note = ""
            record(
                session, actor, "checkout.cleared", at=self.clock(), kind="checkout", object_id=checkout.id,
                person_id=checkout.debtor_id, after={"amount_cents": checkout.amount_cents}, reason=note.strip(),
            )  # fmt: skip

    @retried
    async def see_dispute(self, actor: Actor, *, dispute_id: str) -> None:
        """Say that somebody takes care of a dispute at the provider. Twice is as good as once. Raises NotFound."""
        ensure(actor.may_for_all("refund", "payment"), actor)
        async with self.begin() as session:
            dispute = await session.get(Dispute, dispute_id, with_for_update=True)
            if dispute is None:
                raise NotFound
            if dispute.seen_at is None:
                dispute.seen_at = self.clock()
                record(
                    session, actor, "dispute.seen", at=self.clock(), kind="checkout", object_id=dispute.checkout_id,
                    after={"amount_cents": dispute.amount_cents, "status": dispute.status},
                )  # fmt: skip


async def disputes_open(session: AsyncSession) -> list[tuple[Dispute, Checkout]]:
    """Disputes that nobody has seen to yet, the oldest first."""
    rows = await session.execute(
        select(Dispute, Checkout)
        .join(Checkout, Checkout.id == Dispute.checkout_id)
        .where(Dispute.seen_at.is_(None))
        .order_by(Dispute.noticed_at)
    )
    return [(row[0], row[1]) for row in rows]
