"""Who may plan."""

from lms.kernel.actor import Actor


def may_plan(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "plan")
