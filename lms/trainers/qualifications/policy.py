"""Who keeps qualifications, and who sees them."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_keep(actor: Actor) -> bool:
    """Staff with the programme permission."""
    return actor.may_for_all("U", "qualification")


def may_read(actor: Actor, person_id: UUID) -> bool:
    """The same, and the trainer their own."""
    granted = actor.scopes("R", "qualification")
    return Scope.ALL in granted or (Scope.OWN in granted and actor.person_id == person_id)
