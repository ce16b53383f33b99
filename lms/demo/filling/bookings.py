"""Rooms for others: who may ask for them, and a town's worth of requests in every state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.booking.models import (
    BookerGroup,
    Booking,
    BookingDate,
    BookingDateState,
    BookingState,
    SlotWish,
    Tariff,
)
from lms.booking.rules import price_of
from lms.booking.words import LEFT_OUT
from lms.demo.data import WEEKDAYS
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.shapes import bookings as shapes
from lms.enrolment.service.order import READABLE
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.people.models import Person
from lms.people.rules import MAJORITY
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room
from lms.resources.reserving import claim_room
from lms.resources.rules import Hours, is_open

DECIDER = "claudia-wegmann"
ASKED_BEFORE = timedelta(days=16)
TRIES = 60
STATES = {
    "requested": (BookingState.REQUESTED, BookingDateState.REQUESTED),
    "approved": (BookingState.APPROVED, BookingDateState.APPROVED),
    "declined": (BookingState.DECLINED, BookingDateState.DECLINED),
    "withdrawn": (BookingState.WITHDRAWN, BookingDateState.CANCELLED),
    "released": (BookingState.APPROVED, BookingDateState.RELEASED),
}
HELD = {
    BookingDateState.REQUESTED: ReservationState.TENTATIVE,
    BookingDateState.APPROVED: ReservationState.FIRM,
}


@dataclass(slots=True)
class Calendar:
    """Which rooms are taken when, so that no booking lies on a course."""

    hours: Mapping[UUID, Sequence[Hours]]
    taken: dict[UUID, list[Period]] = field(default_factory=dict)

    def is_free(self, room: Room, period: Period) -> bool:
        """Whether the house is open and nothing is in the way, setting up and clearing up included."""
        if not is_open(self.hours[room.id], period):
            return False
        wanted = claim_room(room, period).period
        return not any(wanted.overlaps(one) for one in self.taken.get(room.id, ()))

    def take(self, room_id: UUID, period: Period) -> None:
        """Remember that it is taken."""
        self.taken.setdefault(room_id, []).append(period)


async def fill_bookings(ground: Ground, everybody: Everybody, rooms: Mapping[str, Room]) -> None:
    """Write groups, prices, bookings and wishes, on days on which the rooms are free."""
    demo = ground.demo.bookings
    for key in demo.rooms:
        rooms[key].is_bookable = True
        if key in demo.released:
            rooms[key].release_after_minutes = demo.release_minutes
    groups = {one.key: _group(ground, one, position) for position, one in enumerate(demo.group)}
    await ground.put(groups.values())
    await ground.put(
        Tariff(
            id=ground.key(),
            room_id=rooms[one.room].id,
            group_id=groups[one.group].id,
            cents_per_hour=one.cents_per_hour,
        )
        for one in demo.tariff
    )
    calendar = await _calendar(ground, rooms)
    bookers = _bookers(everybody)
    first_dates: dict[str, BookingDate] = {}
    for shape in demo.booking:
        booker = everybody.employers[shape.company].contact if shape.company else bookers.pop()
        organisation = (
            everybody.employers[shape.company].company.name if shape.company else shape.organisation
        )
        booking = _booking(ground, everybody, shape, groups[shape.group], booker, organisation)
        await ground.put([booking])
        cents = next(
            (one.cents_per_hour for one in demo.tariff if (one.group, one.room) == (shape.group, shape.room)),
            groups[shape.group].cents_per_hour,
        )
        dates = _dates(ground, calendar, shape, rooms[shape.room], booking, cents)
        first_dates[shape.title] = dates[0]
        await ground.put(dates)
        await ground.put(_reservations(ground, booking, rooms[shape.room], dates))
        _note(ground, everybody, booking, len(dates))
    await ground.put(
        SlotWish(
            id=ground.key(),
            person_id=bookers.pop().id,
            room_id=first_dates[wish.booking].room_id,
            starts_at=first_dates[wish.booking].starts_at,
            ends_at=first_dates[wish.booking].ends_at,
            created_at=ground.now - timedelta(days=wish.days_ago),
        )
        for wish in demo.wish
    )


def _group(ground: Ground, group: shapes.Group, position: int) -> BookerGroup:
    return BookerGroup(
        id=ground.key(),
        key=group.key,
        name_de=group.name_de,
        name_en=group.name_en,
        cents_per_hour=group.cents_per_hour,
        hours_per_week=group.hours_per_week,
        days_ahead=group.days_ahead,
        is_internal=group.internal,
        position=position,
    )


async def _calendar(ground: Ground, rooms: Mapping[str, Room]) -> Calendar:
    hours = {
        rooms[room.key].id: [
            Hours(WEEKDAYS.index(one.weekday), one.opens, one.closes) for one in venue.opening_hours
        ]
        for venue in ground.demo.venues
        for room in venue.room
    }
    calendar = Calendar(hours)
    rows = await ground.session.scalars(
        select(Reservation).where(
            Reservation.room_id.is_not(None), Reservation.state == ReservationState.FIRM
        )
    )
    for row in rows:
        if row.room_id is not None:
            calendar.take(row.room_id, Period(row.starts_at, row.ends_at))
    return calendar


def _bookers(everybody: Everybody) -> list[Person]:
    """Grown-ups of the register who have e-mail and no part in the stories, the first ones last."""
    grown_up = [
        learner.person
        for learner in everybody.register.learners
        if learner.age >= MAJORITY and learner.person.email and learner.figure is None
    ]
    return grown_up[::-7]


def _booking(
    ground: Ground,
    everybody: Everybody,
    shape: shapes.Booking,
    group: BookerGroup,
    booker: Person,
    organisation: str,
) -> Booking:
    signs = "".join(ground.chance.choice(READABLE) for _ in range(8))
    created_at = min(at_venue(_first_day(ground, shape), shape.starts), ground.now) - ASKED_BEFORE
    is_decided = shape.state != "requested"
    return Booking(
        id=ground.key(),
        reference=f"{signs[:4]}-{signs[4:]}",
        booker_id=booker.id,
        group_id=group.id,
        title=shape.title,
        people=shape.people,
        created_at=ground.now - timedelta(days=2, hours=3) if shape.state == "requested" else created_at,
        organisation=organisation,
        is_public=shape.public,
        note=shape.note,
        state=STATES[shape.state][0],
        decided_at=created_at + timedelta(days=1) if is_decided else None,
        decided_by=everybody.member(DECIDER).account_id if is_decided else None,
        reason=shape.reason,
        version=2 if is_decided else 1,
    )


def _first_day(ground: Ground, shape: shapes.Booking) -> date:
    monday = ground.today - timedelta(days=ground.today.weekday())
    return monday + timedelta(weeks=shape.week, days=WEEKDAYS.index(shape.weekday))


def _dates(
    ground: Ground, calendar: Calendar, shape: shapes.Booking, room: Room, booking: Booking, cents: int
) -> Sequence[BookingDate]:
    day = _first_day(ground, shape)
    ends = (datetime.combine(day, shape.starts) + timedelta(minutes=shape.minutes)).time()
    state = STATES[shape.state][1]
    found = []
    for number in range(1, shape.count + 1):
        period = Period(at_venue(day, shape.starts), at_venue(day, ends))
        for _ in range(TRIES if shape.count == 1 and not shape.too_late else 0):
            if calendar.is_free(room, period):
                break
            day += timedelta(days=1 if shape.week >= 0 else -1)
            period = Period(at_venue(day, shape.starts), at_venue(day, ends))
        is_left_out = number == shape.left_out or (not shape.too_late and not calendar.is_free(room, period))
        row_state = BookingDateState.CANCELLED if is_left_out else state
        if row_state is BookingDateState.APPROVED:
            calendar.take(room.id, claim_room(room, period).period)
        is_over = period.end < ground.now
        found.append(
            BookingDate(
                id=ground.key(),
                booking_id=booking.id,
                room_id=room.id,
                starts_at=period.start,
                ends_at=period.end,
                price_cents=price_of(period, cents) if row_state in {*HELD, BookingDateState.RELEASED} else 0,
                state=row_state,
                checked_in_at=period.start
                if is_over and row_state is BookingDateState.APPROVED and room.release_after_minutes
                else None,
                reason=LEFT_OUT if is_left_out else shape.reason,
            )
        )
        day += timedelta(weeks=1)
    return found


def _reservations(
    ground: Ground, booking: Booking, room: Room, dates: Sequence[BookingDate]
) -> Sequence[Reservation]:
    found = []
    for row in dates:
        if row.state not in HELD:
            continue
        claim = claim_room(room, Period(row.starts_at, row.ends_at))
        found.append(
            Reservation(
                id=ground.key(),
                room_id=room.id,
                venue_id=room.venue_id,
                starts_at=claim.period.start,
                ends_at=claim.period.end,
                kind=ReservationKind.BOOKING,
                cause_id=row.id,
                purpose=f"{booking.title} ({booking.reference})",
                state=HELD[row.state],
            )
        )
    return found


def _note(ground: Ground, everybody: Everybody, booking: Booking, dates: int) -> None:
    ground.note(
        booking.created_at,
        "booking.requested",
        "booking",
        booking.id,
        person_id=booking.booker_id,
        after={"dates": dates},
    )
    if booking.decided_at is not None and booking.state is not BookingState.WITHDRAWN:
        happened = "booking.declined" if booking.state is BookingState.DECLINED else "booking.approved"
        ground.note(
            booking.decided_at,
            happened,
            "booking",
            booking.id,
            by=everybody.member(DECIDER),
            person_id=booking.booker_id,
            after={"dates": dates},
            reason=booking.reason,
        )
