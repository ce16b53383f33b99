"""Who may say when a trainer can teach, and what."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_change_times(actor: Actor, person_id: UUID) -> bool:
    """The trainer, and staff with the programme permission."""
    granted = actor.scopes("U", "availability")
    return Scope.ALL in granted or (Scope.OWN in granted and actor.person_id == person_id)


def may_change_profile(actor: Actor) -> bool:
    """Topics and qualifications are kept by staff with the programme permission."""
    return actor.may_for_all("U", "availability")
