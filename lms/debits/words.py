"""How direct debit is spoken of, by code."""

from lms.debits.models import CollectionKind, DebitFileState, DebitMandateState, DebitState
from lms.kernel.marking import N_

MANDATE_STATES = {
    DebitMandateState.WAITING: N_("waits for the signature"),
    DebitMandateState.ACTIVE: N_("holds"),
    DebitMandateState.BLOCKED: N_("blocked"),
    DebitMandateState.REVOKED: N_("ended by the payer"),
    DebitMandateState.LAPSED: N_("ended, not used for long"),
}
DEBIT_STATES = {
    DebitState.PLANNED: N_("planned"),
    DebitState.ANNOUNCED: N_("announced"),
    DebitState.IN_FILE: N_("in a file for the bank"),
    DebitState.COLLECTED: N_("collected"),
    DebitState.RETURNED: N_("came back"),
    DebitState.CANCELLED: N_("not collected"),
}
FILE_STATES = {
    DebitFileState.MADE: N_("made, not handed in yet"),
    DebitFileState.WITHDRAWN: N_("withdrawn"),
    DebitFileState.SUBMITTED: N_("handed in"),
    DebitFileState.CREDITED: N_("credited"),
}
LEFT_OUT = {
    "mandate": N_("The mandate has ended."),
    "nothing_open": N_("Nothing is owed any more."),
    "blocked": N_("The mandate is blocked: a debit came back."),
    "returned_before": N_("A debit by this mandate came back, and nobody has dealt with it yet."),
    "not_told": N_("The payer has not been told yet."),
    "changed": N_("The amount has changed. The payer is told anew, and it is collected later."),
}
"""Why something is not in the file."""
ENDED = {
    "mandate": N_("The mandate has ended."),
    "nothing_open": N_("Nothing was owed any more."),
    "by_team": N_("Called off by the team."),
}
RULES = {
    CollectionKind.AFTER_START: N_("a number of days after the first session"),
    CollectionKind.DAY_OF_MONTH: N_("on the next fixed day of the month after that"),
    CollectionKind.AFTER_SECOND: N_("a number of days after the second session"),
    CollectionKind.AFTER_ENROLMENT: N_("a number of days after the enrolment"),
}
REASONS = {
    "AC01": N_("The account number is wrong."),
    "AC04": N_("The account is closed."),
    "AC06": N_("The account is blocked."),
    "AC13": N_("The account cannot be debited."),
    "AG01": N_("Debits are not allowed on this account."),
    "AM04": N_("There was not enough money in the account."),
    "MD01": N_("The bank knows no mandate, or it was revoked."),
    "MD06": N_("The payer has objected."),
    "MD07": N_("The payer has died."),
    "MS02": N_("The payer has refused, without a reason."),
    "MS03": N_("The bank gives no reason."),
    "SL01": N_("The payer's bank allows us no debits."),
}
"""What a bank's reason code means (ISO 20022 external status reasons), in plain words."""
OTHER_REASON = N_("The bank gives another reason.")
