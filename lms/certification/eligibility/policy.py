"""Who may say what a certificate asks for, and who may enter how an exam went."""

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_set_rules(actor: Actor) -> bool:
    """Staff with the certificates permission."""
    return actor.may_for_all("issue", "certificate")


def may_enter_results(actor: Actor, *, teaches: bool) -> bool:
    """Staff with the certificates permission, and the trainers of the run."""
    return may_set_rules(actor) or (teaches and Scope.OWN_RUNS in actor.scopes("propose", "certificate"))
