"""Who may do what with rules."""

from lms.kernel.actor import Actor


def may_write(actor: Actor) -> bool:
    """Whether the actor makes and changes rules."""
    return actor.may_for_all("C", "message-rule") and actor.may_for_all("U", "message-rule")


def may_read(actor: Actor) -> bool:
    """Whether the actor sees rules, and whom they have written to."""
    return actor.may_for_all("R", "message-rule")
