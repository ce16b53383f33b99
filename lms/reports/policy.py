"""Who may do what with figures: Actor in, bool out."""

from lms.kernel.actor import Actor
from lms.kernel.rights import Identity


def may_read(actor: Actor) -> bool:
    """All figures: the team."""
    return actor.may_for_all("R", "report")


def may_make(actor: Actor) -> bool:
    """Begin a report."""
    return actor.may_for_all("C", "report")


def may_hand_in(actor: Actor) -> bool:
    """Hand a report in, and correct one that was."""
    return actor.may_for_all("hand-in", "report")


def sees_everything(actor: Actor) -> bool:
    """Small numbers of persons too: finance alone (A2, note 4)."""
    return Identity.FINANCE in actor.identities and may_read(actor)


def may_see_money(actor: Actor) -> bool:
    """What runs cost and bring in: who keeps or reads funding lines."""
    return actor.may_for_all("R", "funding")


def may_assign(actor: Actor) -> bool:
    """Say which hour belongs to which line."""
    return actor.may_for_all("U", "funding")


def may_keep_lines(actor: Actor) -> bool:
    """Make and end funding lines."""
    return actor.may_for_all("C", "funding")
