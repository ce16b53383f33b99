"""Who may read statements and book their lines."""

from lms.kernel.actor import Actor


def may_import(actor: Actor) -> bool:
    """Finance alone: statements show what everybody pays."""
    return actor.may_for_all("import", "payment")
