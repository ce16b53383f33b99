"""Money over the counter; every public method is one transaction."""

from uuid import UUID

from lms.billing import policy
from lms.billing.concerned import lock_account
from lms.billing.errors import MoreThanPaid
from lms.billing.queries import balance_of
from lms.billing.receipts import Receipts
from lms.billing.refunds.booking import refundable_cents
from lms.billing.rules import Balance
from lms.billing.service import record_refund
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.web.module import Around


class Cashier:
    """Cash in and refunds out, by staff."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.receipts = Receipts(around)

    async def take_cash(
        self, actor: Actor, *, enrolment_id: UUID, amount_cents: int, form_key: str
    ) -> Balance:
        """Take cash, with a receipt, and give the new balance. The same form sent twice books once. Raises MoreThanOwed."""
        await self.receipts.receive(
            actor, enrolment_id=enrolment_id, amount_cents=amount_cents, form_key=form_key
        )
        async with self.begin.reading() as session:
            return (await balance_of(session, [enrolment_id]))[enrolment_id]

    @retried
    async def pay_back(
        self, actor: Actor, *, enrolment_id: UUID, amount_cents: int, form_key: str
    ) -> Balance:
        """Book a refund that was paid out and give the new balance. Raises MoreThanPaid."""
        ensure(policy.may_refund(actor), actor)
        async with self.begin() as session:
            await lock_account(session, enrolment_id)
            paid = await refundable_cents(session, enrolment_id)
            booked = await record_refund(
                session,
                actor,
                enrolment_id=enrolment_id,
                amount_cents=amount_cents,
                cause="refund",
                at=self.clock(),
                provider="desk",
                provider_event=form_key,
            )
            if booked is not None and amount_cents > paid:
                raise MoreThanPaid
            return (await balance_of(session, [enrolment_id]))[enrolment_id]
