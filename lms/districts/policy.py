"""Who keeps the list of districts."""

from lms.kernel.actor import Actor


def may_keep(actor: Actor) -> bool:
    """The programme team and administrators."""
    return actor.may_for_all("U", "district")
