"""What else would do: other rooms for the same dates, other times for one date."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationState, Room, Venue
from lms.scheduling.holidays import closed_days
from lms.scheduling.queries import clashes

MOST = 3
DAYS_AROUND = 14
MOST_PERIODS = 100


async def free_rooms(
    session: AsyncSession, periods: Sequence[Period], *, seats: int, besides: Sequence[UUID] = ()
) -> Sequence[tuple[Room, Venue]]:
    """The three smallest rooms with enough seats that are free in all of these periods; two statements."""
    if not periods:
        return []
    longest = await session.execute(select(func.max(Room.setup_minutes), func.max(Room.clearup_minutes)))
    before, after = longest.one()
    wanted = [
        period.widened(before_minutes=before or 0, after_minutes=after or 0)
        for period in periods[:MOST_PERIODS]
    ]
    overlaps = or_(
        *(and_(Reservation.starts_at < period.end, Reservation.ends_at > period.start) for period in wanted)
    )
    taken = (
        select(Reservation.id)
        .where(
            Reservation.room_id == Room.id,
            Reservation.state == ReservationState.FIRM,
            or_(Reservation.session_id.is_(None), Reservation.session_id.not_in(besides)),
            overlaps,
        )
        .exists()
    )
    rows = await session.execute(
        select(Room, Venue)
        .join(Venue, Venue.id == Room.venue_id)
        .where(Room.seats >= seats, ~taken)
        .order_by(Room.seats, Venue.name, Room.name)
        .limit(MOST)
    )
    return [(room, venue) for room, venue in rows]


async def free_times(
    session: AsyncSession,
    wanted: Period,
    *,
    room_id: UUID | None,
    trainer_ids: Sequence[UUID],
    besides: Sequence[UUID],
    state: str,
    not_before: date,
) -> Sequence[Period]:
    """The three nearest days on which the same hours are free for room and trainers, holidays left out; three statements."""
    day = local(wanted.start).date()
    closed = await closed_days(
        session, state, day - timedelta(days=DAYS_AROUND), day + timedelta(days=DAYS_AROUND)
    )
    near = [period for period in _around(wanted) if _is_open(local(period.start).date(), closed, not_before)]
    taken = {
        clash.wanted
        for clash in await clashes(session, near, room_id=room_id, trainer_ids=trainer_ids, besides=besides)
    }
    free = [period for period in near if period not in taken][:MOST]
    return sorted(free, key=lambda period: period.start)


def _is_open(day: date, closed: Mapping[date, str], not_before: date) -> bool:
    return day >= not_before and day.weekday() < 6 and day not in closed


def _around(wanted: Period) -> Iterator[Period]:
    """The same hours on the days around, nearest first."""
    begins, ends = local(wanted.start), local(wanted.end)
    for distance in range(1, DAYS_AROUND + 1):
        for step in (distance, -distance):
            span = timedelta(days=step)
            yield Period(
                at_venue(begins.date() + span, begins.time()), at_venue(ends.date() + span, ends.time())
            )
