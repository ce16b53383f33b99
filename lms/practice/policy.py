"""Who may call for help, who helps, and who sets up tablets."""

from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope
from lms.learning.policy import may_learn


def may_ask(actor: Actor, enrolment: Enrolment) -> bool:
    """Who learns in this place, and whoever may do so for them."""
    return may_learn(actor, enrolment) and enrolment.person_id in actor.persons_for("C", "help-request")


def may_help(actor: Actor, *, teaches: bool) -> bool:
    """The trainers of the run alone."""
    return teaches and Scope.OWN_RUNS in actor.scopes("U", "help-request")


def may_set_up(actor: Actor) -> bool:
    """Who looks after rooms and devices."""
    return actor.may_for_all("U", "resource")
