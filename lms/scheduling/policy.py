"""Who may plan."""

from lms.kernel.actor import Actor


def may_plan(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "plan")


def may_change_dates(actor: Actor) -> bool:
    """Staff with the programme permission; an access token may be limited to this alone."""
    return actor.may_for_all("U", "session")
