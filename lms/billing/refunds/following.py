"""What comes after a transfer that did not arrive: the same sum once more, to an account that its payer names anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import ask_refund
from lms.billing.refunds.proposing import ANSWER_WITHIN
from lms.kernel.actor import Actor


async def successor(
    session: AsyncSession, actor: Actor, former: Refund, *, at: datetime, new_id: UUID | None = None
) -> Refund:
    """A new refund in the stead of a former transfer, ASKED for an account. Raises MoreThanPaid where the money is gone.

    Who approved the former one has approved this: sum and payer are the same, and staff do not choose the account.
    """
    refund = await ask_refund(
        session, actor, enrolment_id=former.enrolment_id, amount_cents=former.amount_cents,
        means=RefundMeans.TRANSFER, state=RefundState.ASKED, at=at, reason=former.reason, debtor_id=former.debtor_id,
        company_id=former.company_id, settlement_id=former.settlement_id, purpose=former.purpose,
        note_to_payer=former.note, asked_until=at + ANSWER_WITHIN, follows_id=former.id, refund_id=new_id,
    )  # fmt: skip
    refund.requested_by, refund.requested_by_name = former.requested_by, former.requested_by_name
    refund.approved_at, refund.approved_by = former.approved_at, former.approved_by
    refund.approved_by_name = former.approved_by_name
    return refund
