"""Who may plan."""

from lms.kernel.actor import Actor


def may_plan(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "plan")


def may_change_dates(actor: Actor) -> bool:
    """Staff with the programme permission; an access token may be limited to this alone."""
    return actor.may_for_all("U", "session")


def may_report(actor: Actor) -> bool:
    """Trainers, about sessions of their own."""
    return actor.person_id is not None and actor.may("report", "session")
