"""Who may issue, revoke and read certificates."""

from uuid import UUID

from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_issue(actor: Actor) -> bool:
    """Staff with the certificates permission."""
    return actor.may_for_all("issue", "certificate")


def may_revoke(actor: Actor) -> bool:
    """Staff with the certificates permission."""
    return actor.may_for_all("revoke", "certificate")


def may_replace(actor: Actor) -> bool:
    """Staff with the certificates permission."""
    return actor.may_for_all("replace", "certificate")


def may_read(actor: Actor, person_id: UUID | None) -> bool:
    """One's own and one's household's, and staff; only staff where the person is deleted."""
    return actor.may_for(person_id, "R", "certificate")


def may_choose_name(actor: Actor, person_id: UUID | None) -> bool:
    """The holder, and who speaks for the household (R:o, R:w): neither staff nor somebody with a mandate to read."""
    return person_id in actor.persons and bool(actor.scopes("R", "certificate") & {Scope.OWN, Scope.WARDS})


def may_propose(actor: Actor) -> bool:
    """Trainers, about what they have taught themselves."""
    return actor.may("propose", "certificate")


def may_hand_out(actor: Actor) -> bool:
    """Staff with the certificates permission: many papers at once leave the house with them."""
    return actor.may_for_all("issue", "certificate")
