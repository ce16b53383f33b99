"""Finding a room that fits and is free."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationKind, Room, Venue
from lms.resources.queries import opening_hours
from lms.resources.reserving import claim_room, in_the_way
from lms.resources.rules import is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a room has to have. `equipment` are keys of `Equipment`; `bookable` leaves only rooms that others may ask for."""

    seats: int = 1
    equipment: Collection[str] = ()
    step_free: bool = False
    hearing_loop: bool = False
    accessible_wc: bool = False
    bookable: bool = False


class Hindrance(StrEnum):
    """Why a room that fits cannot be had at that time."""

    OUTSIDE_HOURS = "outside-hours"
    CLOSED = "closed"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRoom:
    """A room that fits; `reason` is None when it is free.

    `taken_by` is the first firm reservation in the way. Its `purpose` is for the team alone.
    """

    room: Room
    venue: Venue
    reason: Hindrance | None = None
    taken_by: Reservation | None = None

    @property
    def is_free(self) -> bool:
        """Whether it can be had for the whole period, with the time to set up and to clear up."""
        return self.reason is None


async def find_rooms(session: AsyncSession, period: Period, needs: Needs) -> Sequence[FoundRoom]:
    """Every room that has what is needed: free ones first, then the smallest that is large enough.

    `period` is the use itself: it lies within the opening hours; set-up and clear-up are added here for looking whether
    anything is in the way. Three statements, however many rooms there are. Nothing is locked: whoever takes a room looks again.
    """
    fits = [Room.seats >= needs.seats]
    fits += [
        column.is_(True)
        for column, is_wanted in (
            (Room.step_free, needs.step_free),
            (Room.hearing_loop, needs.hearing_loop),
            (Room.accessible_wc, needs.accessible_wc),
            (Room.is_bookable, needs.bookable),
        )
        if is_wanted
    ]
    rows = await session.execute(
        select(Room, Venue)
        .join(Venue, Venue.id == Room.venue_id)
        .where(*fits)
        .order_by(Venue.name, Room.name)
    )
    # the keys stand in a JSON list, which the two databases search in different ways; rooms are few
    fitting = [(room, venue) for room, venue in rows if set(needs.equipment) <= set(room.equipment)]
    hours = await opening_hours(session)
    claims = [claim_room(room, period) for room, _ in fitting]
    taken: dict[object, Reservation] = {}
    for reservation in await in_the_way(session, claims):
        taken.setdefault(reservation.room_id, reservation)
    found = []
    for room, venue in fitting:
        by = taken.get(room.id)
        reason = None
        if by is not None:
            reason = Hindrance.CLOSED if by.kind == ReservationKind.CLOSURE else Hindrance.TAKEN
        elif not is_open(hours.of(room.id, venue.id), period):
            reason = Hindrance.OUTSIDE_HOURS
        found.append(FoundRoom(room=room, venue=venue, reason=reason, taken_by=by))
    return sorted(found, key=lambda one: (not one.is_free, one.room.seats))
