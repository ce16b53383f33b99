"""Refunds in words: where they stand, how they go, and what is called what on their pages."""

from lms.billing.models import RefundMeans, RefundState
from lms.billing.refunds import reading
from lms.billing.refunds.models import TransferFileState
from lms.billing.second_person import MoneyProposalKind, MoneyProposalState
from lms.kernel.marking import N_
from lms.messaging.models import Channel

REFUNDS = "/verwaltung/finanzen/erstattungen"
FILES = f"{REFUNDS}/dateien"
APPROVALS = "/verwaltung/finanzen/freigaben"

TO_DECIDE, NOTED = "", "vermerkt"
VIEWS = {
    TO_DECIDE: N_("to decide"),
    reading.APPROVAL: N_("waiting for a second person"),
    reading.IBAN: N_("account asked for"),
    reading.READY: N_("ready to be paid"),
    reading.SENT: N_("on its way"),
    reading.FAILED: N_("failed"),
    reading.DONE: N_("done"),
    NOTED: N_("requests that are settled"),
}
STATES = {
    RefundState.REQUESTED: (N_("waits for a second person"), "warning"),
    RefundState.ASKED: (N_("account asked for"), "info"),
    RefundState.READY: (N_("ready to be paid"), "info"),
    RefundState.SENT: (N_("on its way"), "info"),
    RefundState.PAID: (N_("paid back"), "success"),
    RefundState.FAILED: (N_("failed"), "danger"),
    RefundState.CANCELLED: (N_("not carried out"), "warning"),
}
MEANS = {
    RefundMeans.ONLINE: N_("back the way it was paid online"),
    RefundMeans.TRANSFER: N_("transfer"),
    RefundMeans.CASH: N_("cash at the counter"),
    RefundMeans.VOUCHER: N_("credit as a voucher"),
}
FILE_STATES = {
    TransferFileState.MADE: (N_("made"), "info"),
    TransferFileState.SENT: (N_("with the bank"), "success"),
    TransferFileState.WITHDRAWN: (N_("withdrawn"), "warning"),
}
KINDS = {
    MoneyProposalKind.GOODWILL: N_("Goodwill"),
    MoneyProposalKind.WRITE_OFF: N_("Written off: not pursued any more"),
    MoneyProposalKind.WAIVER: N_("Waived for good"),
}
PROPOSAL_STATES = {
    MoneyProposalState.WAITING: (N_("waits for a second person"), "warning"),
    MoneyProposalState.DONE: (N_("done"), "success"),
    MoneyProposalState.SENT_BACK: (N_("sent back"), "warning"),
    MoneyProposalState.UNDONE: (N_("taken back"), "info"),
}
WAYS = {
    Channel.EMAIL: N_("by e-mail"),
    Channel.POST: N_("by letter on paper, which has to be printed"),
    Channel.SMS: N_("by short message"),
    Channel.PHONE: N_("by telephone, from the call list"),
}
