"""Who may do what with the answers: Actor in, bool out. Reading them is the programme team's alone, also for finance (A2)."""

from lms.kernel.actor import Actor


def may_read(actor: Actor) -> bool:
    """Sums and the file for the funder; each reading is noted."""
    return actor.may_for_all("R", "funder-answers")


def may_keep(actor: Actor) -> bool:
    """Switch questions on and change them."""
    return actor.may_for_all("U", "funder-answers")


def may_type(actor: Actor) -> bool:
    """See who is missing, print sheets and type them in."""
    return actor.may_for_all("C", "funder-answers")
