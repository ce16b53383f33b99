"""Refunds and second persons in the list of the day."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from lms.billing.models import Refund, RefundState
from lms.billing.refunds.reading import FAILED, READY, of_view, transferable
from lms.billing.second_person import MoneyProposal, MoneyProposalState
from lms.portal.desk.pile import Pile
from lms.portal.finance.refund_words import APPROVALS, REFUNDS
from lms.web.language import ngettext


def refund_piles(now: datetime, account_id: UUID | None) -> Sequence[Pile]:
    """What waits for this member of staff; nobody is told to approve what they have asked for themselves (S-08)."""
    return (
        Pile(
            "approve", "payment", f"{REFUNDS}?ansicht=freigabe",
            lambda num: ngettext(
                "%(num)s refund waits for your approval", "%(num)s refunds wait for your approval", num
            ),
            select(func.count(), func.min(Refund.requested_at)).where(
                Refund.state == RefundState.REQUESTED, Refund.requested_by.is_distinct_from(account_id)
            ),
        ),
        Pile(
            "approve", "payment", APPROVALS,
            lambda num: ngettext(
                "%(num)s goodwill or write-off waits for your approval",
                "%(num)s goodwills or write-offs wait for your approval",
                num,
            ),
            select(func.count(), func.min(MoneyProposal.requested_at)).where(
                MoneyProposal.state == MoneyProposalState.WAITING, MoneyProposal.requested_by.is_distinct_from(account_id)
            ),
        ),
        Pile(
            "refund", "payment", f"{REFUNDS}?ansicht={FAILED}",
            lambda num: ngettext("%(num)s refund has failed", "%(num)s refunds have failed", num),
            select(func.count(), func.min(Refund.finished_at)).where(of_view(FAILED)),
        ),
        Pile(
            "refund", "payment", f"{REFUNDS}?ansicht=iban",
            lambda num: ngettext(
                "%(num)s person has not named an account for their refund",
                "%(num)s people have not named an account for their refund",
                num,
            ),
            select(func.count(), func.min(Refund.asked_until)).where(
                Refund.state == RefundState.ASKED, Refund.asked_until <= now
            ),
        ),
        Pile(
            "refund", "payment", f"{REFUNDS}?ansicht={READY}",
            lambda num: ngettext(
                "%(num)s refund waits for a transfer", "%(num)s refunds wait for a transfer", num
            ),
            # a pile needs a moment: when the last of them was asked for
            select(func.count(), func.max(Refund.requested_at)).where(transferable()),
        ),
    )  # fmt: skip
