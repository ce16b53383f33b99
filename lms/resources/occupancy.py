"""How much rooms are used (F-C12)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room, Venue
from lms.resources.queries import opening_hours
from lms.resources.rules import minutes_within, openings

USES = (ReservationKind.SESSION, ReservationKind.BOOKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMonth:
    """One room in one month, in minutes; set-up and clear-up count, because nobody else can use the room meanwhile.

    `open_minutes` is None where nobody has said when the room is open. `used_while_open` are the minutes of sessions and
    bookings within the opening hours.
    """

    room: Room
    venue: Venue
    month: date
    minutes: dict[ReservationKind, int]
    open_minutes: int | None
    used_while_open: int

    @property
    def percent(self) -> int | None:
        """The share of the opening hours that is used by sessions and bookings, at most 100."""
        return None if not self.open_minutes else round(100 * self.used_while_open / self.open_minutes)


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month so many months later, or earlier with a negative count."""
    years, months = divmod(month.month - 1 + count, 12)
    return date(month.year + years, months + 1, 1)


async def occupancy(session: AsyncSession, first: date, months: int = 1) -> Sequence[RoomMonth]:
    """Every room in each of so many months from the one that begins on `first`; three statements."""
    rooms = (
        await session.execute(
            select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
        )
    ).all()
    hours = await opening_hours(session)
    begins, ends = at_venue(first, time()), at_venue(month_after(first, months), time())
    taken: dict[UUID | None, list[tuple[ReservationKind, Period]]] = defaultdict(list)
    for room_id, kind, starts_at, ends_at in await session.execute(
        select(Reservation.room_id, Reservation.kind, Reservation.starts_at, Reservation.ends_at).where(
            Reservation.room_id.is_not(None),
            Reservation.state == ReservationState.FIRM,
            Reservation.starts_at < ends,
            Reservation.ends_at > begins,
        )
    ):
        taken[room_id].append((kind, Period(starts_at, ends_at)))
    found = []
    for month in (month_after(first, number) for number in range(months)):
        last = month_after(month) - timedelta(days=1)
        whole = Period(at_venue(month, time()), at_venue(month_after(month), time()))
        for room, venue in rooms:
            known = hours.of(room.id, venue.id)
            spans = openings(known, month, last)
            used, inside = dict.fromkeys(ReservationKind, 0), 0
            for kind, period in taken[room.id]:
                used[kind] += minutes_within([whole], period)
                if kind in USES:
                    inside += minutes_within(spans, period)
            found.append(
                RoomMonth(
                    room=room,
                    venue=venue,
                    month=month,
                    minutes=used,
                    open_minutes=sum(span.minutes for span in spans) if known else None,
                    used_while_open=inside,
                )
            )
    return found
