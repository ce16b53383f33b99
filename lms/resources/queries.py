"""Reading the facts that everything is planned with; each a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.resources.models import Equipment, OpeningTime, Room, RoomPhoto, TravelTime
from lms.resources.rules import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelTimes:
    """How long the way from one venue to another takes, the same in both directions."""

    minutes: Mapping[frozenset[UUID], int]
    default_minutes: int

    def between(self, one: UUID | None, other: UUID | None) -> int:
        """Minutes on the way: none within one venue or from nowhere (online), the default where nobody has said."""
        if one is None or other is None or one == other:
            return 0
        return self.minutes.get(frozenset((one, other)), self.default_minutes)


async def travel_times(session: AsyncSession, default_minutes: int) -> TravelTimes:
    """All ways between venues; one statement. `default_minutes` holds where none is written down."""
    rows = await session.execute(select(TravelTime.from_id, TravelTime.to_id, TravelTime.minutes))
    return TravelTimes(
        minutes={frozenset((row.from_id, row.to_id)): row.minutes for row in rows},
        default_minutes=default_minutes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The hours of venues and of the rooms that differ from theirs."""

    of_venues: Mapping[UUID, Sequence[Hours]]
    of_rooms: Mapping[UUID, Sequence[Hours]]

    def of(self, room_id: UUID, venue_id: UUID) -> Sequence[Hours]:
        """The hours that hold for this room: its own, else those of its venue; empty where nobody has said."""
        return self.of_rooms.get(room_id) or self.of_venues.get(venue_id, ())


async def opening_hours(
    session: AsyncSession, *, room_ids: Sequence[UUID] | None = None, venue_ids: Sequence[UUID] | None = None
) -> OpeningHours:
    """The opening hours of these rooms and venues (None: of all); one statement, in order of weekday and time."""
    wanted = select(OpeningTime).order_by(OpeningTime.weekday, OpeningTime.opens)
    if room_ids is not None or venue_ids is not None:
        wanted = wanted.where(
            or_(OpeningTime.room_id.in_(room_ids or ()), OpeningTime.venue_id.in_(venue_ids or ()))
        )
    of_venues: dict[UUID, list[Hours]] = {}
    of_rooms: dict[UUID, list[Hours]] = {}
    for row in await session.scalars(wanted):
        hours = Hours(row.weekday, row.opens, row.closes)
        if row.room_id is not None:
            of_rooms.setdefault(row.room_id, []).append(hours)
        elif row.venue_id is not None:
            of_venues.setdefault(row.venue_id, []).append(hours)
    return OpeningHours(of_venues=of_venues, of_rooms=of_rooms)


async def hours_of_room(session: AsyncSession, room: Room) -> Sequence[Hours]:
    """The hours that hold for one room."""
    hours = await opening_hours(session, room_ids=[room.id], venue_ids=[room.venue_id])
    return hours.of(room.id, room.venue_id)


async def equipment_of_all(session: AsyncSession) -> Sequence[Equipment]:
    """Everything that rooms can have, by its German name; one statement."""
    return (await session.scalars(select(Equipment).order_by(Equipment.name_de))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """The picture of a room without its bytes; it is served at `path`."""

    id: UUID
    alt_de: str
    alt_en: str

    @property
    def path(self) -> str:
        """Where everybody may fetch it; another picture has another path, so that it may be kept for long."""
        return f"/bilder/raeume/{self.id}"


async def photos_of(session: AsyncSession, room_ids: Sequence[UUID]) -> Mapping[UUID, PhotoFacts]:
    """The pictures of these rooms by room; one statement, no picture is read."""
    rows = await session.execute(
        select(RoomPhoto.room_id, RoomPhoto.id, RoomPhoto.alt_de, RoomPhoto.alt_en).where(
            RoomPhoto.room_id.in_(room_ids)
        )
    )
    return {row.room_id: PhotoFacts(id=row.id, alt_de=row.alt_de, alt_en=row.alt_en) for row in rows}
