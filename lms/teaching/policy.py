"""Who may do what at the trainer's desk: Actor and facts in, bool out."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_keep_materials(actor: Actor, *, teaches: bool) -> bool:
    """The trainers of the run, and staff with the programme permission."""
    scopes = actor.scopes("U", "lesson")
    return Scope.ALL in scopes or (teaches and Scope.OWN_RUNS in scopes)


def may_write_to_group(actor: Actor, *, teaches: bool) -> bool:
    """The trainers of the run alone: the team writes under its own name elsewhere."""
    return teaches and Scope.OWN_RUNS in actor.scopes("C", "message")


def may_read_conversations(actor: Actor) -> bool:
    """The enrolment team, with a reason that is written down."""
    return actor.may_for_all("R", "message")


def may_report(actor: Actor, *, teaches: bool) -> bool:
    """Who teaches the session."""
    return teaches and actor.may("report", "session")


def may_answer_reports(actor: Actor) -> bool:
    """Who plans sessions, and who looks after rooms and devices."""
    return actor.may_for_all("U", "session-report")


def may_read_reports(actor: Actor) -> bool:
    """They, and the team that looks after the enrolments."""
    return actor.may_for_all("R", "session-report")


def may_propose(actor: Actor, person_id: UUID | None) -> bool:
    """A trainer, in their own name."""
    return person_id is not None and actor.person_id == person_id and actor.may("C", "proposal")


def may_decide_proposals(actor: Actor) -> bool:
    """The planners."""
    return actor.may_for_all("U", "proposal")


def may_show_oneself(actor: Actor) -> bool:
    """A trainer, about themselves."""
    return actor.person_id is not None and Scope.OWN in actor.scopes("U", "availability")
