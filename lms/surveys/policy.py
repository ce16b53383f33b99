"""Who may do what about surveys: Actor and facts in, bool out."""

from collections.abc import Collection
from uuid import UUID

from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_keep(actor: Actor) -> bool:
    """Questionnaires, sheets of paper and all results: the programme team."""
    return actor.may_for_all("U", "survey")


def may_see_results(actor: Actor, trainer_ids: Collection[UUID]) -> bool:
    """The results of a run: the programme team, and whoever taught it."""
    return actor.may_for_all("R", "survey") or taught(actor, trainer_ids)


def taught(actor: Actor, trainer_ids: Collection[UUID]) -> bool:
    """Whether the actor sees results as a trainer of the run."""
    return Scope.OWN_RUNS in actor.scopes("R", "survey") and actor.person_id in trainer_ids


def may_answer(actor: Actor, enrolment: Enrolment) -> bool:
    """Who has a place, and the household for them; with the link of the letter nobody is asked."""
    return enrolment.state is EnrolmentState.CONFIRMED and enrolment.person_id in actor.persons_for(
        "C", "survey"
    )
