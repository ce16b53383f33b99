"""Who may lend, take back, reserve, agree, block."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_manage(actor: Actor) -> bool:
    """Staff with the resources permission: everything about loans."""
    return actor.may_for_all("U", "loan")


def may_read_all(actor: Actor) -> bool:
    """Staff who see what is lent."""
    return actor.may_for_all("R", "loan")


def may_hand_over(actor: Actor, *, teaches: bool) -> bool:
    """Staff; and in a session, whoever teaches its run."""
    scopes = actor.scopes("handover", "loan")
    return Scope.ALL in scopes or (teaches and Scope.OWN_RUNS in scopes)


def may_reserve(actor: Actor, *, teaches: bool) -> bool:
    """Staff for everybody; trainers for people of their runs (F-D11)."""
    scopes = actor.scopes("C", "loan")
    return Scope.ALL in scopes or (teaches and Scope.OWN_RUNS in scopes)


def may_read(actor: Actor, person_id: UUID) -> bool:
    """The borrower, whoever speaks for them, and staff."""
    return actor.may_for(person_id, "R", "loan")


def may_accept(actor: Actor, person_id: UUID) -> bool:
    """The borrower, or the head of their household; staff note what was signed on paper, which is another act."""
    return person_id in actor.persons_for("accept", "loan")
