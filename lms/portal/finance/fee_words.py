"""Fee statements in the office: addresses, lists, and what is called what."""

from lms.honoraria.statements.models import StatementState
from lms.kernel.marking import N_

FEES = "/verwaltung/finanzen/honorare"
UNITS = f"{FEES}/einheiten"
VIEWS = {
    "": (StatementState.CONFIRMED, N_("waiting for approval")),
    "offen": (StatementState.OPEN, N_("still collecting")),
    "freigegeben": (StatementState.APPROVED, N_("approved, not paid yet")),
    "bezahlt": (StatementState.PAID, N_("paid out")),
    "zurueckgegeben": (StatementState.REJECTED, N_("sent back")),
    "storniert": (StatementState.REVERSED, N_("reversed")),
}
"""The lists, by the word in their address."""
EXPLAINED = {
    "": N_("No statement waits for approval."),
    "offen": N_("No trainer has to confirm anything at the moment."),
    "freigegeben": N_("Every approved statement is paid."),
    "bezahlt": N_("No fee was paid yet."),
    "zurueckgegeben": N_("No statement was sent back."),
    "storniert": N_("No statement was reversed."),
}
