"""Who may do what with fee statements."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_read(actor: Actor, person_id: UUID) -> bool:
    """The trainer alone, and finance; planners see units, not money."""
    return may_settle(actor) or may_confirm(actor, person_id)


def may_confirm(actor: Actor, person_id: UUID) -> bool:
    """The trainer, for nobody else: not for the household either."""
    return actor.person_id == person_id and Scope.OWN in actor.scopes("C", "fee-statement")


def may_settle(actor: Actor) -> bool:
    """Finance: lines by hand, answers, files for the bank."""
    return actor.may_for_all("U", "fee-statement")


def may_approve(actor: Actor) -> bool:
    """Finance; never one's own, and never where one has changed amounts (S-08)."""
    return actor.may_for_all("A", "fee-statement")
