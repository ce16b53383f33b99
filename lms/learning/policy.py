"""Who may do what with lessons: Actor and facts in, bool out."""

from datetime import datetime

from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_learn(actor: Actor, enrolment: Enrolment, *, until: datetime | None, now: datetime) -> bool:
    """Who has a confirmed place, and the household and mandate holders for them; being staff does not count here.

    `until` is when the lessons close after the end of the run (`rules.readable_until`).
    """
    is_theirs = enrolment.state is EnrolmentState.CONFIRMED and enrolment.person_id in actor.persons_for(
        "U", "progress"
    )
    return is_theirs and (until is None or now < until)


def may_see_learning(actor: Actor, *, teaches: bool) -> bool:
    """How far the learners of a run are: its trainers alone."""
    return teaches and Scope.OWN_RUNS in actor.scopes("R", "progress")


def may_write(actor: Actor, *, teaches: bool) -> bool:
    """Lessons of a course: who teaches a run of it, and the programme team."""
    scopes = actor.scopes("U", "lesson")
    return Scope.ALL in scopes or (teaches and Scope.OWN_RUNS in scopes)
