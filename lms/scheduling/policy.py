"""Who may plan."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_plan(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "plan")


def may_change_dates(actor: Actor) -> bool:
    """Staff with the programme permission; an access token may be limited to this alone."""
    return actor.may_for_all("U", "session")


def may_answer(actor: Actor, person_id: UUID, *, holds_link: bool) -> bool:
    """Whether somebody may answer as this trainer: who holds the link of the letter, or has signed in as them."""
    return holds_link or (actor.person_id == person_id and Scope.OWN_RUNS in actor.scopes("R", "plan"))


def may_report(actor: Actor) -> bool:
    """Trainers, about sessions of their own."""
    return actor.person_id is not None and actor.may("report", "session")
