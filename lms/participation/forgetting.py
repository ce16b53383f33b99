"""What is deleted in time: votes nobody confirmed, contacts, and the traces kept against abuse."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, update

from lms.participation.models import Vote, VoteState, Wish, WishOffer, WishState
from lms.participation.watching import alarms
from lms.web.module import Around

CONTACT_KEPT, SOURCE_KEPT, UNPROVEN_KEPT = timedelta(days=365), timedelta(days=30), timedelta(days=14)


class Forgetting:
    """The daily round (L-40; wishes name nobody after a year)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def act(self) -> None:
        """Delete and empty what is due; doing it twice changes nothing."""
        now = self.clock()
        nobody = {"email": "", "name": "", "phone": "", "person_id": None}
        async with self.begin() as session:
            await session.execute(delete(Vote).where(Vote.state == VoteState.PENDING, Vote.expires_at <= now))
            await session.execute(
                update(Vote)
                .where(
                    Vote.created_at <= now - CONTACT_KEPT, (Vote.email != "") | Vote.person_id.is_not(None)
                )
                .values(**nobody, wants_news=False)
            )
            await session.execute(
                update(Vote).where(Vote.created_at <= now - SOURCE_KEPT, Vote.source != "").values(source="")
            )
            await session.execute(
                update(Wish).where(Wish.created_at <= now - SOURCE_KEPT, Wish.source != "").values(source="")
            )
            await session.execute(
                update(Wish)
                .where(
                    Wish.created_at <= now - CONTACT_KEPT,
                    (Wish.email != "") | (Wish.phone != "") | (Wish.name != "") | Wish.person_id.is_not(None),
                )
                .values(**nobody)
            )
            await session.execute(
                update(WishOffer)
                .where(
                    WishOffer.created_at <= now - CONTACT_KEPT,
                    (WishOffer.email != "") | (WishOffer.phone != "") | (WishOffer.name != ""),
                )
                .values(**nobody)
            )
            await session.execute(
                delete(Wish).where(Wish.state == WishState.UNPROVEN, Wish.created_at <= now - UNPROVEN_KEPT)
            )

    async def watch(self) -> None:
        """Say in the log what looks like ballot stuffing; the page of the wishes shows the same."""
        async with self.begin.reading() as session:
            found = await alarms(session, self.clock())
        for one in found:
            structlog.get_logger("lms.security").error(
                "votes_alarm", what=one.what, wish=str(one.wish.id), number=one.number
            )
