"""What everybody may know of a room's week: when it is free, taken or asked for. No names, no purposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationState, Room
from lms.resources.queries import hours_of_room
from lms.resources.rules import Hours

DAYS = 7
USUAL_HOURS = (time(8), time(22))
"""Shown where nobody has said when the place is open."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a room: the spans in which it is open and free, those that are taken, those that are asked for."""

    day: date
    free: Sequence[Period]
    taken: Sequence[Period]
    asked_for: Sequence[Period]


async def week_of_room(session: AsyncSession, room: Room, monday: date, now: datetime) -> Sequence[Day]:
    """Seven days from this one; two statements. What is over is not free."""
    hours = await hours_of_room(session, room)
    first, last = at_venue(monday, time()), at_venue(monday + timedelta(days=DAYS), time())
    rows = (
        await session.scalars(
            select(Reservation)
            .where(
                Reservation.room_id == room.id,
                Reservation.state != ReservationState.RELEASED,
                Reservation.starts_at < last,
                Reservation.ends_at > first,
            )
            .order_by(Reservation.starts_at)
        )
    ).all()
    return [_day(monday + timedelta(days=offset), hours, rows, now) for offset in range(DAYS)]


def _day(day: date, hours: Sequence[Hours], rows: Sequence[Reservation], now: datetime) -> Day:
    whole = Period(at_venue(day, time()), at_venue(day + timedelta(days=1), time()))
    firm = [row for row in rows if row.state is ReservationState.FIRM]
    taken = _joined([cut for row in firm if (cut := _cut(row, whole))])
    asked = [cut for row in rows if row not in firm and (cut := _cut(row, whole))]
    open_spans = [
        Period(at_venue(day, one.opens), at_venue(day, one.closes))
        for one in hours
        if one.weekday == day.weekday() and at_venue(day, one.opens) < at_venue(day, one.closes)
    ]
    if not hours:
        open_spans = [Period(at_venue(day, USUAL_HOURS[0]), at_venue(day, USUAL_HOURS[1]))]
    return Day(day, _free(open_spans, taken, now), taken, _joined(asked))


def _cut(row: Reservation, whole: Period) -> Period | None:
    start, end = max(row.starts_at, whole.start), min(row.ends_at, whole.end)
    return Period(start, end) if start < end else None


def _joined(periods: Sequence[Period]) -> list[Period]:
    """The same time in as few spans as possible."""
    found: list[Period] = []
    for one in sorted(periods, key=lambda period: period.start):
        if found and one.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _free(open_spans: Sequence[Period], taken: Sequence[Period], now: datetime) -> list[Period]:
    found = []
    for span in open_spans:
        reached = max(span.start, now)
        for busy in taken:
            if busy.end <= reached or busy.start >= span.end:
                continue
            if busy.start > reached:
                found.append(Period(reached, busy.start))
            reached = max(reached, busy.end)
        if reached < span.end:
            found.append(Period(reached, span.end))
    return found
