"""Who writes contracts, who accepts them, who sees them."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_write(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "contract")


def may_read(actor: Actor, person_id: UUID) -> bool:
    """The same, finance, and the trainer their own."""
    granted = actor.scopes("R", "contract")
    return Scope.ALL in granted or (Scope.OWN in granted and actor.person_id == person_id)


def may_accept(actor: Actor, person_id: UUID) -> bool:
    """Nobody but the trainer."""
    return actor.person_id == person_id and actor.may("accept", "contract")
