"""Who may have which calendar: Actor and facts in, bool out."""

from lms.feeds.models import FeedKind
from lms.kernel.actor import Actor


def may_have(actor: Actor, kind: FeedKind) -> bool:
    """One's own dates everybody, what one teaches whoever teaches, rooms and kits those who plan with them."""
    if actor.person_id is None:
        return False
    if kind is FeedKind.TRAINER:
        return actor.may("C", "attendance")
    if kind in {FeedKind.ROOM, FeedKind.KIT}:
        return actor.may("R", "resource")
    return True
