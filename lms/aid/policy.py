"""Who may do what about aid."""

from lms.kernel.actor import Actor


def may_see_all(actor: Actor) -> bool:
    """Reads every statement."""
    return actor.may_for_all("R", "state-aid")


def may_grant(actor: Actor) -> bool:
    """Grants, revokes, keeps rules and declarations."""
    return actor.may_for_all("C", "state-aid")
