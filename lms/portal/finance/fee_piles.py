"""Trainers' fees in the list of the day."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from lms.honoraria.statements.models import (
    FeeApproval,
    FeeLine,
    FeeObjection,
    FeePayout,
    FeeStatement,
    StatementState,
)
from lms.honoraria.statements.paying import ready_for_a_file
from lms.portal.desk.pile import Pile
from lms.portal.finance.fee_words import FEES
from lms.web.language import ngettext


def fee_piles(account_id: UUID | None) -> Sequence[Pile]:
    """What waits for this member of staff; nobody is told to approve what they have asked for or changed (S-08)."""
    touched = exists().where(
        FeeLine.statement_id == FeeStatement.id,
        or_(FeeLine.added_by == account_id, FeeLine.removed_by == account_id),
    )
    agreed = exists().where(FeeApproval.statement_id == FeeStatement.id, FeeApproval.account_id == account_id)
    mine = FeeStatement.confirmed_by.is_not_distinct_from(account_id)
    return (
        Pile(
            "A", "fee-statement", FEES,
            lambda num: ngettext(
                "%(num)s fee statement waits for your approval", "%(num)s fee statements wait for your approval", num
            ),
            select(func.count(), func.min(FeeStatement.confirmed_at)).where(
                FeeStatement.state == StatementState.CONFIRMED, ~touched, ~agreed, ~mine
            ),
        ),
        Pile(
            "U", "fee-statement", f"{FEES}?ansicht=offen",
            lambda num: ngettext(
                "%(num)s trainer has written that something about their fee is not right",
                "%(num)s trainers have written that something about their fee is not right",
                num,
            ),
            select(func.count(func.distinct(FeeObjection.statement_id)), func.min(FeeObjection.made_at)).where(
                FeeObjection.answered_at.is_(None), FeeObjection.withdrawn_at.is_(None)
            ),
        ),
        Pile(
            "U", "fee-statement", f"{FEES}?ansicht=offen",
            lambda num: ngettext(
                "%(num)s fee statement was not confirmed in time",
                "%(num)s fee statements were not confirmed in time",
                num,
            ),
            select(func.count(), func.min(FeeStatement.reminded_at)).where(
                FeeStatement.state == StatementState.OPEN, FeeStatement.reminded_at.is_not(None)
            ),
        ),
        Pile(
            "U", "fee-statement", f"{FEES}?ansicht=freigegeben",
            lambda num: ngettext("%(num)s fee waits for a transfer", "%(num)s fees wait for a transfer", num),
            select(func.count(), func.max(FeePayout.made_at)).where(ready_for_a_file()),
        ),
    )  # fmt: skip
