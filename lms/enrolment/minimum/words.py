"""Sentences of the decision that are kept in both languages, or in the books."""

from lms.billing.models import SettlementCause
from lms.enrolment.values import CANCEL_WORDS
from lms.kernel.marking import N_
from lms.web.language import gettext, use_locale

PAID = CANCEL_WORDS["paid"]
RELEASED = N_("Released free of charge: the centre changed the course")
FEES = {
    SettlementCause.SMALL_GROUP: N_("Fee of the small group"),
    SettlementCause.REPRICED: N_("Fee of the changed course"),
    SettlementCause.TRANSFERRED: N_("Fee of the other run"),
}


def new_fee(cause: SettlementCause) -> str:
    """What the line of the books says about the fee from now on."""
    return FEES[cause]


def merged_into(number: str) -> tuple[str, str]:
    """Why a run has ended, in German and in English."""
    found = []
    for language in ("de", "en"):
        with use_locale("en" if language == "en" else "de"):
            found.append(
                gettext("The course goes on together with another group, course number %(number)s.", number=number)
            )  # fmt: skip
    return found[0], found[1]
