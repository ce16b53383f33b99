"""Rooms for others in the demo: groups, prices, requests in every state, none of them on a course."""

from itertools import pairwise

from lms.booking.models import (
    BookerGroup,
    Booking,
    BookingDate,
    BookingDateState,
    BookingState,
    SlotWish,
    Tariff,
)
from lms.resources.models import Reservation, ReservationState, Room
from tests.demo.town import Loaded


async def test_there_are_groups_prices_and_bookings_in_every_state(town: Loaded) -> None:
    assert await town.count(BookerGroup) == 4
    assert await town.count(Tariff) == 4
    assert await town.count(Booking) == 15
    assert await town.count(SlotWish) == 2
    assert await town.count(Room, Room.is_bookable.is_(True)) >= 8
    assert {booking.state for booking in await town.all(Booking)} == set(BookingState)
    assert {row.state for row in await town.all(BookingDate)} == set(BookingDateState)


async def test_whatever_is_booked_holds_its_room_and_nothing_else_does(town: Loaded) -> None:
    rows = {row.id: row for row in await town.all(BookingDate)}
    held = {row.cause_id: row for row in await town.all(Reservation, Reservation.cause_id.in_(rows))}

    expected = {
        key: ReservationState.FIRM if row.state is BookingDateState.APPROVED else ReservationState.TENTATIVE
        for key, row in rows.items()
        if row.state in {BookingDateState.APPROVED, BookingDateState.REQUESTED}
    }
    assert {key: row.state for key, row in held.items()} == expected


async def test_no_room_is_promised_twice(town: Loaded) -> None:
    firm = await town.all(
        Reservation, Reservation.room_id.is_not(None), Reservation.state == ReservationState.FIRM
    )
    ordered = sorted(firm, key=lambda row: (row.room_id, row.starts_at))

    assert [
        one.id
        for one, other in pairwise(ordered)
        if one.room_id == other.room_id and one.ends_at > other.starts_at
    ] == []
