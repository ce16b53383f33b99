"""Who may do what at the help desk: Actor and facts in, bool out."""

from lms.helpdesk.models import Appointment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer

LINK = "appointment"


def may_book(actor: Actor) -> bool:
    """Anybody, also without an account."""
    return actor.may("C", "appointment") or may_run(actor)


def may_run(actor: Actor) -> bool:
    """Books for callers, moves, cancels, notes who came."""
    return actor.may_for_all("U", "appointment")


def may_see_all(actor: Actor) -> bool:
    """Reads everybody's appointments."""
    return actor.may_for_all("R", "appointment")


def may_set_up(actor: Actor) -> bool:
    """Keeps desks, hours, topics and advisers."""
    return actor.may_for_all("U", "help-desk")


def may_serve(actor: Actor, adviser_person: object) -> bool:
    """Notes what became of an appointment: the team, and the adviser of it."""
    return may_run(actor) or (
        actor.person_id is not None and actor.person_id == adviser_person and actor.may("serve", "help-desk")
    )


def ensure_holds(actor: Actor, appointment: Appointment, token: str, signer: Signer) -> None:
    """Whoever holds the link, whose appointment it is, or the team. Raises NotFound for everybody else (S-03)."""
    is_holder = bool(token) and signer.matches(token, LINK, appointment.id, appointment.link_version)
    is_own = appointment.person_id is not None and appointment.person_id in actor.persons
    if not (is_holder or is_own or may_run(actor)):
        raise NotFound
