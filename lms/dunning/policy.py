"""Who may remind, and who may let a reminder rest."""

from lms.kernel.actor import Actor


def may_remind(actor: Actor) -> bool:
    """Finance alone."""
    return actor.may_for_all("remind", "invoice")


def may_see(actor: Actor) -> bool:
    """Whoever deals with invoices in the team."""
    return actor.may_for_all("R", "invoice")
