"""Whether rooms can be had: one look for previews, requests and approvals alike, with a constant number of statements.

Whoever takes a room locks it first (`lms.resources.reserving.lock`), then looks here, then reserves.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.errors import QuotaExceeded, TooFarAhead
from lms.booking.models import BookerGroup, Booking, BookingDate, BookingDateState, Tariff
from lms.booking.rules import last_day_ahead, minutes_by_week, overdrawn, week_of
from lms.booking.values import Look, Problem, Slot
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room, Venue
from lms.resources.queries import OpeningHours, opening_hours
from lms.resources.reserving import Claim, claim_room, in_the_way, not_of
from lms.resources.rules import is_open
from lms.scheduling.holidays import closed_days

HOLDING = (BookingDateState.REQUESTED, BookingDateState.APPROVED)
"""States of a date in which it counts: shown to others, and reckoned in the quota."""
MOST_ALTERNATIVES = 3

A_WEEK = timedelta(days=7)

Place = tuple[Room, Venue]


async def look_at(
    session: AsyncSession,
    slots: Sequence[Slot],
    *,
    people: int,
    now: datetime,
    state: str,
    besides: Sequence[UUID] = (),
    by_team: bool = False,
) -> Sequence[Look]:
    """How each of these stands, in their order. `besides` are dates of bookings whose own reservations do not count.

    `by_team` also takes rooms that others may not ask for. Raises NotFound for a room that does not exist.
    """
    places = {room.id: (room, venue) for room, venue in await _places(session)}
    if any(slot.room_id not in places for slot in slots):
        raise NotFound
    hours = await opening_hours(session)
    claims = [claim_room(places[slot.room_id][0], slot.period) for slot in slots]
    firm = _by_room(await in_the_way(session, claims, besides=besides))
    tentative = _by_room(await _asked_for(session, claims, besides))
    holidays = await _holidays(session, slots, state)
    problems = [_problem(slot, places, hours, firm, people, now, by_team=by_team) for slot in slots]
    hard = [
        slot for slot, problem in zip(slots, problems, strict=True) if problem and problem is not Problem.OVER
    ]
    others = await _alternatives(
        session, hard, places.values(), hours, people=people, besides=besides, by_team=by_team
    )
    return [
        Look(
            slot=slot,
            room=places[slot.room_id][0],
            venue=places[slot.room_id][1],
            problem=problem,
            taken_by=next(iter(_overlapping(firm, places, slot)), None),
            rivals=_overlapping(tentative, places, slot),
            holiday=holidays.get(local(slot.period.start).date(), ""),
            alternatives=others.get(slot, ()),
        )
        for slot, problem in zip(slots, problems, strict=True)
    ]


def ensure_not_too_far(slots: Iterable[Slot], group: BookerGroup, now: datetime, words: str) -> None:
    """Raises TooFarAhead when a date lies beyond what the group may book."""
    last = last_day_ahead(now, group.days_ahead)
    if any(local(slot.period.start).date() > last for slot in slots):
        raise TooFarAhead(group=words, days=group.days_ahead, day=f"{last:%d.%m.%Y}")


async def ensure_quota(
    session: AsyncSession,
    slots: Sequence[Slot],
    group: BookerGroup,
    *,
    booker_id: UUID | None,
    organisation: str,
    words: str,
    besides: Sequence[UUID] = (),
) -> None:
    """Raises QuotaExceeded for the first week in which the booker, or their organisation, would have too many hours.

    Requested and approved dates count together. `besides` are dates that do not count. One statement.
    """
    if group.hours_per_week is None or not slots:
        return
    weeks = [week_of(slot.period.start) for slot in slots]
    rows = await session.execute(
        select(
            BookingDate.id,
            BookingDate.starts_at,
            BookingDate.ends_at,
            Booking.booker_id,
            Booking.organisation,
        )
        .join(Booking, Booking.id == BookingDate.booking_id)
        .where(
            Booking.group_id == group.id,
            BookingDate.state.in_(HOLDING),
            BookingDate.starts_at >= at_venue(min(weeks), datetime.min.time()),
            BookingDate.starts_at < max(slot.period.start for slot in slots) + A_WEEK,
        )
    )
    whose = _folded(organisation)
    used = minutes_by_week(
        Period(row.starts_at, row.ends_at)
        for row in rows
        if row.id not in besides
        and (row.booker_id == booker_id or (whose and _folded(row.organisation) == whose))
    )
    over = overdrawn([slot.period for slot in slots], used, group.hours_per_week)
    if over is not None:
        raise QuotaExceeded(
            group=words, hours=group.hours_per_week, week=f"{over.week:%d.%m.%Y}", wanted=_hours(over.wanted),
            left=_hours(over.left),
        )  # fmt: skip


async def prices(session: AsyncSession, group: BookerGroup, room_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """What an hour costs this group in each of these rooms, in cents; one statement."""
    wanted = list(set(room_ids))
    rows = await session.execute(
        select(Tariff.room_id, Tariff.cents_per_hour).where(
            Tariff.group_id == group.id, Tariff.room_id.in_(wanted)
        )
    )
    own = {row.room_id: row.cents_per_hour for row in rows}
    return {room_id: own.get(room_id, group.cents_per_hour) for room_id in wanted}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


async def _places(session: AsyncSession) -> Sequence[Place]:
    rows = await session.execute(
        select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Room.seats, Venue.name, Room.name)
    )
    return [(room, venue) for room, venue in rows]


async def _asked_for(
    session: AsyncSession, claims: Sequence[Claim], besides: Sequence[UUID]
) -> Sequence[Reservation]:
    """Tentative reservations of these rooms at these times."""
    overlaps = [
        and_(
            Reservation.room_id == claim.room_id,
            Reservation.starts_at < claim.period.end,
            Reservation.ends_at > claim.period.start,
        )
        for claim in claims
    ]
    if not overlaps:
        return []
    found = await session.scalars(
        select(Reservation)
        .where(Reservation.state == ReservationState.TENTATIVE, or_(*overlaps), not_of(besides))
        .order_by(Reservation.starts_at)
    )
    return found.all()


def _by_room(reservations: Iterable[Reservation]) -> Mapping[UUID, list[Reservation]]:
    found: dict[UUID, list[Reservation]] = {}
    for one in reservations:
        if one.room_id is not None:
            found.setdefault(one.room_id, []).append(one)
    return found


def _overlapping(
    reservations: Mapping[UUID, list[Reservation]], places: Mapping[UUID, Place], slot: Slot
) -> list[Reservation]:
    taken = claim_room(places[slot.room_id][0], slot.period).period
    return [
        one
        for one in reservations.get(slot.room_id, ())
        if one.starts_at < taken.end and one.ends_at > taken.start
    ]


def _problem(
    slot: Slot,
    places: Mapping[UUID, Place],
    hours: OpeningHours,
    firm: Mapping[UUID, list[Reservation]],
    people: int,
    now: datetime,
    *,
    by_team: bool,
) -> Problem | None:
    room, venue = places[slot.room_id]
    if slot.period.start <= now:
        return Problem.OVER
    if not room.is_bookable and not by_team:
        return Problem.NOT_BOOKABLE
    if room.seats < people:
        return Problem.TOO_SMALL
    if not is_open(hours.of(room.id, venue.id), slot.period):
        return Problem.OUTSIDE_HOURS
    in_way = _overlapping(firm, places, slot)
    if in_way:
        return Problem.CLOSED if in_way[0].kind is ReservationKind.CLOSURE else Problem.TAKEN
    return None


async def _alternatives(
    session: AsyncSession,
    slots: Sequence[Slot],
    places: Iterable[Place],
    hours: OpeningHours,
    *,
    people: int,
    besides: Sequence[UUID],
    by_team: bool,
) -> Mapping[Slot, Sequence[Place]]:
    """Up to three other rooms for each slot: first those in the same house, there the smallest that are large enough."""
    everywhere = list(places)
    houses = {room.id: venue.id for room, venue in everywhere}
    fitting = [
        (room, venue) for room, venue in everywhere if room.seats >= people and (room.is_bookable or by_team)
    ]
    tried = [
        (slot, (room, venue))
        for slot in slots
        for room, venue in sorted(fitting, key=lambda place: place[1].id != houses.get(slot.room_id))
        if room.id != slot.room_id and is_open(hours.of(room.id, venue.id), slot.period)
    ]
    known = {room.id: (room, venue) for room, venue in fitting}
    claims = [claim_room(place[0], slot.period) for slot, place in tried]
    taken = _by_room(await in_the_way(session, claims, besides=besides)) if claims else {}
    found: dict[Slot, list[Place]] = {}
    for slot, place in tried:
        free = found.setdefault(slot, [])
        if len(free) < MOST_ALTERNATIVES and not _overlapping(taken, known, Slot(place[0].id, slot.period)):
            free.append(place)
    return found


async def _holidays(session: AsyncSession, slots: Sequence[Slot], state: str) -> Mapping[date, str]:
    """Public and school holidays and closing days among these dates: shown, never in the way."""
    days = [local(slot.period.start).date() for slot in slots]
    return await closed_days(session, state, min(days), max(days)) if days else {}
