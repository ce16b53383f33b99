"""The words of loans, in the reader's language."""

from collections.abc import Mapping

from lms.kernel.marking import N_
from lms.lending.errors import Said
from lms.lending.models import LendingBlock
from lms.lending.rules import Standing

STANDINGS: Mapping[str, tuple[str, str]] = {
    Standing.RESERVED: (N_("reserved"), "info"),
    Standing.UNCLAIMED: (N_("not picked up yet"), "warning"),
    Standing.OUT: (N_("handed out"), "info"),
    Standing.DUE: (N_("due today"), "warning"),
    Standing.OVERDUE: (N_("overdue"), "danger"),
    Standing.RETURNED: (N_("returned"), "success"),
    Standing.LOST: (N_("lost"), "danger"),
    Standing.CANCELLED: (N_("reservation cancelled"), "info"),
}
"""Word and tone of each standing."""

CONDITION_WORDS: Mapping[str, str] = {
    "good": N_("in good order"),
    "worn": N_("with signs of use"),
    "damaged": N_("damaged"),
}

PURPOSE_WORDS: Mapping[str, str] = {
    "class": N_("for one session in class"),
    "home": N_("to take home"),
}

NOT_BROUGHT_BACK = Said(N_("A borrowed device was not brought back in time."))


def reason_of(block: LendingBlock) -> Said | str:
    """Why somebody may not borrow: our own words for what the clockwork did, else what the team wrote."""
    return NOT_BROUGHT_BACK if block.loan_id is not None else block.reason
