"""Who may do what on the day: Actor and facts in, bool out."""

from uuid import UUID

from lms.helpdesk.models import Adviser
from lms.kernel.actor import Actor


def may_run(actor: Actor) -> bool:
    """Numbers, arrivals and the whole queue: the team at the counter."""
    return actor.may_for_all("serve", "help-desk")


def may_advise(actor: Actor, adviser: Adviser | None) -> bool:
    """Call people and note contacts: whoever the team has put down as an adviser, be it of the team, a trainer or a volunteer."""
    return adviser is not None and adviser.is_active and is_oneself(actor, adviser.person_id)


def may_serve(actor: Actor, adviser: Adviser | None) -> bool:
    """What an adviser may do, the team may do for them."""
    return may_run(actor) or may_advise(actor, adviser)


def may_draft(actor: Actor) -> bool:
    """Make a course of a topic that was asked for often."""
    return actor.may_for_all("C", "plan")


def may_read_figures(actor: Actor) -> bool:
    """Topics, ages and minutes; nobody is named in them."""
    return actor.may_for_all("R", "report")


def is_oneself(actor: Actor, person_id: UUID) -> bool:
    """Whether this person is acting."""
    return actor.is_signed_in and actor.person_id == person_id
