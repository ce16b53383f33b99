"""One line of a voucher's history, written beside what happened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.vouchers.models import Voucher, VoucherEvent

WORDS = {
    "issued": N_("Issued"),
    "reserved": N_("Kept for an enrolment"),
    "released": N_("Free again: the enrolment ended before it was redeemed"),
    "redeemed": N_("Redeemed"),
    "returned": N_("Came back to the voucher"),
    "blocked": N_("Blocked"),
    "unblocked": N_("Unblocked"),
    "extended": N_("Extended"),
}
"""What the kinds of events are called."""


def note(
    session: AsyncSession,
    actor: Actor,
    voucher: Voucher,
    kind: str,
    *,
    at: datetime,
    cents: int = 0,
    enrolment_id: UUID | None = None,
    reason: str = "",
) -> None:
    """Add to the history and to the audit trail. `cents` is by how much the balance changed, or what is left of a budget."""
    session.add(
        VoucherEvent(
            voucher_id=voucher.id, at=at, kind=kind, cents=cents, enrolment_id=enrolment_id,
            actor_id=actor.account_id, actor_name=actor.name if actor.account_id else "", note=reason,
        )
    )  # fmt: skip
    after = {"cents": cents, "enrolment_id": str(enrolment_id)} if enrolment_id else {"cents": cents}
    record(
        session, actor, f"voucher.{kind}", at=at, kind="voucher", object_id=voucher.id,
        person_id=voucher.person_id, after=after, reason=reason,
    )  # fmt: skip
