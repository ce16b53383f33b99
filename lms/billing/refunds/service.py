"""Refunds: asked for, approved, paid out by their means. What carries ONLINE and VOUCHER listens to RefundReady."""

from typing import Any
from uuid import UUID

from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import MoreThanPaid, RefundElsewhere
from lms.billing.models import CashReceipt, LedgerEntry, ReceiptKind, Refund, RefundMeans, RefundState
from lms.billing.receipts import next_number, printed, receipt_of_entry, write_receipt
from lms.billing.refunds.booking import paid_out, refundable_cents
from lms.billing.refunds.proposing import locked
from lms.billing.refunds.transfers import Transferring
from lms.db import retried
from lms.kernel.actor import Actor, ensure


class Refunds(Transferring):
    """Everything about refunds; every public method is one transaction."""

    async def hand_out(
        self, actor: Actor, *, refund_id: UUID, facts: dict[str, Any] | None = None
    ) -> CashReceipt:
        """Pay a refund out of the till, with a numbered receipt that its payer signs. Twice gives the first receipt.

        `facts` as for `Receipts.receive`. Raises NotFound, OwnRefund (S-08), RefundElsewhere,
        MoreThanPaid where the payment itself was taken back meanwhile.
        """
        ensure(policy.may_take_cash(actor), actor)
        try:
            return await self._hand_out(actor, refund_id, facts)
        except RefundElsewhere:  # perhaps by another click: then that one's receipt is the answer
            async with self.begin.reading() as session:
                refund = await session.get_one(Refund, refund_id)
                if refund.means is not RefundMeans.CASH or refund.entry_id is None:
                    raise
                return await receipt_of_entry(session, refund.entry_id)

    @retried
    async def _hand_out(self, actor: Actor, refund_id: UUID, facts: dict[str, Any] | None) -> CashReceipt:
        at = self.clock()
        async with self.begin() as session:
            # the number first, as everybody else who draws from this series does; a refusal gives it back
            number = await next_number(session, at)
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            if refund.means is not RefundMeans.CASH or refund.state is not RefundState.READY:
                raise RefundElsewhere
            if await refundable_cents(session, refund.enrolment_id) < 0:
                raise MoreThanPaid  # the payment itself was taken back meanwhile
            await paid_out(session, actor, refund, at=at)
            entry = await session.get_one(LedgerEntry, refund.entry_id)
            return write_receipt(
                session, actor, number, ReceiptKind.PAYOUT, at=at, amount_cents=-refund.amount_cents, given_cents=0,
                facts=printed(facts), entry=entry, reason=refund.reason,
            )  # fmt: skip
