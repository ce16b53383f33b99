"""Who may do what about tools: Actor in, bool out."""

from lms.kernel.actor import Actor


def may_register(actor: Actor) -> bool:
    """Administrators: a registered tool learns who takes part in lessons."""
    return actor.may_for_all("U", "settings")
