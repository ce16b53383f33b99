"""Who makes courses and changes them."""

from lms.kernel.actor import Actor


def may_make(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("C", "plan")


def may_change(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "plan")
