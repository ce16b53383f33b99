"""Who may do what about bookings: Actor and facts in, bool out."""

from lms.booking.models import Booking
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer


def may_request(actor: Actor) -> bool:
    """Anybody, also without an account."""
    return actor.may("C", "room-booking")


def may_decide(actor: Actor) -> bool:
    """Approves, declines, changes, books for a caller."""
    return actor.may_for_all("approve", "room-booking")


def may_see_all(actor: Actor) -> bool:
    """Reads everybody's bookings."""
    return actor.may_for_all("R", "room-booking")


def may_set_prices(actor: Actor) -> bool:
    """Keeps groups and tariffs."""
    return actor.may_for_all("U", "room-booking")


def ensure_holds(actor: Actor, booking: Booking, token: str, signer: Signer) -> None:
    """Whoever holds the link, whose booking it is, or the team. Raises NotFound for everybody else (S-03)."""
    is_holder = bool(token) and signer.matches(token, "booking", booking.id, booking.link_version)
    is_own = actor.person_id is not None and booking.booker_id == actor.person_id
    if not (is_holder or is_own or may_decide(actor)):
        raise NotFound
