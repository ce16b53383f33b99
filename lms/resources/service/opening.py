"""When venues and rooms are open."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.resources.models import OpeningTime, Room, Venue
from lms.resources.rules import Hours
from lms.resources.service.keeping import Keeping, mark_of
from lms.resources.words import hours_in_words
from lms.web.language import use_locale


def state_of_hours(hours: Sequence[Hours]) -> str:
    """The mark of the hours that a form was filled with."""
    return mark_of(sorted(hours))


class OpeningTimes(Keeping):
    """Writing down when a place is open."""

    @retried
    async def set_for_venue(
        self, actor: Actor, *, venue_id: UUID, hours: Sequence[Hours], seen: str
    ) -> Venue:
        """The hours of a venue, for all its rooms without hours of their own; its text for pages follows.

        No hours at all: nobody has said when it is closed. Raises NotFound, Stale.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            venue = await session.get(Venue, venue_id, with_for_update=True)
            if venue is None:
                raise NotFound
            await self._replace(session, actor, hours, seen, venue_id=venue_id)
            with use_locale("de"):
                venue.opening_hours = hours_in_words(hours)
        return venue

    @retried
    async def set_for_room(self, actor: Actor, *, room_id: UUID, hours: Sequence[Hours], seen: str) -> Room:
        """The hours of one room that differ from those of its venue; none: those of the venue hold. Raises NotFound, Stale."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            room = await session.get(Room, room_id, with_for_update=True)
            if room is None:
                raise NotFound
            await self._replace(session, actor, hours, seen, room_id=room_id)
        return room

    async def _replace(
        self,
        session: AsyncSession,
        actor: Actor,
        hours: Sequence[Hours],
        seen: str,
        *,
        venue_id: UUID | None = None,
        room_id: UUID | None = None,
    ) -> None:
        of_place = OpeningTime.venue_id == venue_id if venue_id else OpeningTime.room_id == room_id
        rows = await session.scalars(select(OpeningTime).where(of_place))
        before = [Hours(row.weekday, row.opens, row.closes) for row in rows]
        if state_of_hours(before) != seen:
            raise Stale
        if sorted(before) == sorted(hours):
            return
        await session.execute(delete(OpeningTime).where(of_place))
        session.add_all(
            OpeningTime(
                weekday=one.weekday, opens=one.opens, closes=one.closes, venue_id=venue_id, room_id=room_id
            )
            for one in hours
        )
        with use_locale("de"):
            was, becomes = hours_in_words(before), hours_in_words(hours)
        record(
            session,
            actor,
            "venue.hours" if venue_id else "room.hours",
            at=self.clock(),
            kind="venue" if venue_id else "room",
            object_id=venue_id or room_id,
            before={"hours": was},
            after={"hours": becomes},
        )
