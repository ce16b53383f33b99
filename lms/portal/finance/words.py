"""How the cashiers' desk calls things."""

from collections.abc import Mapping

from lms.billing.instalments.models import PlanState
from lms.billing.models import EntryKind, RefundState
from lms.billing.shares import ShareKind
from lms.dunning.rules import LeftOut
from lms.kernel.marking import N_

ENTRIES: Mapping[str, str] = {
    EntryKind.CHARGE: N_("Price"),
    EntryKind.FEE: N_("Fee"),
    EntryKind.PAYMENT: N_("Payment"),
    EntryKind.REFUND: N_("Refund"),
    EntryKind.CREDIT: N_("Credit"),
    EntryKind.WRITE_OFF: N_("Given up"),
}
REFUNDS: Mapping[str, tuple[str, str]] = {
    RefundState.REQUESTED: (N_("waits for a second person"), "warning"),
    RefundState.ASKED: (N_("waits for the bank account"), "warning"),
    RefundState.READY: (N_("ready to be paid"), "info"),
    RefundState.SENT: (N_("on its way"), "info"),
    RefundState.PAID: (N_("paid back"), "success"),
    RefundState.FAILED: (N_("did not get through"), "danger"),
    RefundState.CANCELLED: (N_("cancelled"), "info"),
}
PLANS: Mapping[str, tuple[str, str]] = {
    PlanState.ACTIVE: (N_("is being kept to"), "success"),
    PlanState.FALLEN: (N_("due as a whole"), "danger"),
    PlanState.DONE: (N_("paid"), "success"),
    PlanState.REPLACED: (N_("replaced by a new one"), "info"),
    PlanState.ENDED: (N_("ended"), "info"),
}
WHY: Mapping[str, str] = {
    LeftOut.BLOCKED: N_("Reminders rest"),
    LeftOut.INSTALMENTS: N_("Pays in instalments"),
    LeftOut.REFUND: N_("Money is on its way back"),
    LeftOut.SETTLEMENT: N_("The cashiers have to settle something first"),
    LeftOut.DEBIT: N_("Will be collected by direct debit"),
    LeftOut.DISPUTED: N_("The bank took an online payment back and has not decided yet"),
    LeftOut.MINOR: N_("Under 18: only an adult is reminded"),
    LeftOut.NO_INVOICE: N_("There is no invoice"),
    LeftOut.HANDED_OVER: N_("Handed over for collection"),
    LeftOut.TOO_EARLY: N_("It is not time for the next reminder yet"),
    LeftOut.ALL_SENT: N_("Was reminded three times already"),
    LeftOut.TOO_LITTLE: N_("Less than the smallest sum that is reminded"),
    LeftOut.NOBODY: N_("We do not know any more who this is"),
}
"""Why somebody who is late is not reminded."""
LEVELS = (N_("Reminder to pay"), N_("Second reminder"), N_("Third and last reminder"))
SHARES: Mapping[str, str] = {
    ShareKind.JOBCENTRE: N_("Jobcentre or employment agency"),
    ShareKind.EMPLOYER: N_("Employer"),
    ShareKind.TOWN: N_("Town or district"),
    ShareKind.EDUCATION_VOUCHER: N_("Bildungsgutschein"),
    ShareKind.OTHER: N_("Somebody else"),
}
