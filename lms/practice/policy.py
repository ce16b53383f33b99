"""Who may call for help, who helps, and who sets up tablets."""

from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_ask(actor: Actor, enrolment: Enrolment) -> bool:
    """Whose place it is, and whoever may learn and call for them."""
    learners = actor.persons_for("U", "progress") & actor.persons_for("C", "help-request")
    return enrolment.state is EnrolmentState.CONFIRMED and enrolment.person_id in learners


def may_help(actor: Actor, *, teaches: bool) -> bool:
    """The trainers of the run alone."""
    return teaches and Scope.OWN_RUNS in actor.scopes("U", "help-request")


def may_set_up(actor: Actor) -> bool:
    """Who looks after rooms and devices."""
    return actor.may_for_all("U", "resource")
