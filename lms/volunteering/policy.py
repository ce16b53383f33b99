"""Who may do what about helpers."""

from lms.kernel.actor import Actor
from lms.people.models import Person

RESOURCE = "volunteering"


def may_manage(actor: Actor) -> bool:
    """The team of the programme and of enrolments looks after helpers and their shifts."""
    return actor.may_for_all("U", RESOURCE)


def may_read(actor: Actor) -> bool:
    """Everybody of the office who has to do with it."""
    return actor.may_for_all("R", RESOURCE)


def may_pay(actor: Actor) -> bool:
    """Finance approves and pays."""
    return actor.may_for_all("pay", RESOURCE)


def may_issue(actor: Actor) -> bool:
    """Whoever issues certificates."""
    return actor.may_for_all("issue", "certificate")


def is_about_themselves(actor: Actor, person: Person) -> bool:
    """Nobody decides about themselves or their household (S-08)."""
    return person.id in actor.persons
