"""Three rooms that others may use, two groups, and a club that rehearses on Tuesdays.

hall = await open_hall(house)
booking = await hall.ask(count=4)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.booking.models import BookerGroup, Booking, BookingDate
from lms.booking.queries import dates_of
from lms.booking.rules import Repeat, Series
from lms.booking.service import Bookings
from lms.booking.values import Contact, Request
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room, Venue
from lms.resources.reserving import claim_room, reserve
from lms.web.module import Around
from tests.making import make_room, make_venue, staff

TEAM: Actor = staff(Identity.RESOURCES)
CHOIR = Contact(given_name="Maria", family_name="Sänger", email="maria@example.com")
TUESDAY = date(2026, 12, 8)


@dataclass(frozen=True)
class Hall:
    """What the stories about rooms for others begin with."""

    house: Around
    venue: Venue
    small: Room
    middle: Room
    large: Room
    club: BookerGroup
    internal: BookerGroup

    @property
    def bookings(self) -> Bookings:
        return Bookings(self.house)

    def wanted(self, *, first_day: date = TUESDAY, count: int | None = None, **given: Any) -> Request:
        """The choir on Tuesdays from 18 to 20 o'clock, in the middle room."""
        series = Series(
            first_day=first_day,
            starts=given.pop("starts", time(18)),
            ends=given.pop("ends", time(20)),
            repeat=given.pop("repeat", Repeat.WEEKLY if count else Repeat.ONCE),
            count=count,
            days=given.pop("days", ()),
            last_day=given.pop("last_day", None),
        )
        usual: dict[str, Any] = {
            "room_id": self.middle.id,
            "group_id": self.club.id,
            "people": 15,
            "title": "Chorprobe",
            "contact": CHOIR,
            "organisation": "Chor Harmonie",
        }
        return Request(series=series, **usual | given)

    async def ask(self, actor: Actor = ANONYMOUS, **given: Any) -> Booking:
        """Send a request."""
        form_id = given.pop("form_id", None)
        return await self.bookings.request(actor, self.wanted(**given), form_id=form_id)

    async def booked(self, **given: Any) -> Booking:
        """A request that the team has approved."""
        booking = await self.ask(**given)
        return await self.bookings.decide(TEAM, booking_id=booking.id, choices={})

    async def dates(self, booking: Booking) -> Sequence[BookingDate]:
        """The dates of a booking, as they are now."""
        async with self.house.begin.reading() as session:
            return await dates_of(session, booking.id)

    async def held(self, *ids: UUID) -> list[str]:
        """The states of the reservations for these causes that still hold."""
        async with self.house.begin.reading() as session:
            rows = await session.scalars(
                select(Reservation.state)
                .where(Reservation.cause_id.in_(ids), Reservation.state != ReservationState.RELEASED)
                .order_by(Reservation.starts_at)
            )
            return [row.value for row in rows]

    async def take(
        self, room: Room, day: date, starts: time = time(18), ends: time = time(20)
    ) -> Reservation:
        """Somebody else has the room: a repair of its floor."""
        async with self.house.begin() as session:
            period = Period(at_venue(day, starts), at_venue(day, ends))
            rows = await reserve(
                session, [claim_room(room, period)], kind=ReservationKind.REPAIR, purpose="Boden"
            )
        return rows[0]

    def link_of(self, booking: Booking) -> str:
        """The secret part of the link in the letters."""
        return self.house.signer.token("booking", booking.id, booking.link_version)


async def open_hall(house: Around, **given: Any) -> Hall:
    """Write venue, rooms and groups into the database."""
    venue = make_venue("Stadtbibliothek")
    small = make_room(venue, "Clubraum", seats=12, is_bookable=True)
    middle = make_room(
        venue, "Lesecafé", seats=20, is_bookable=True, setup_minutes=15, clearup_minutes=15, **given
    )
    large = make_room(venue, "Saal", seats=40, is_bookable=True)
    club = BookerGroup(
        key="vereine",
        name_de="Vereine",
        name_en="Clubs",
        cents_per_hour=500,
        hours_per_week=6,
        days_ahead=180,
    )
    internal = BookerGroup(key="stadt", name_de="Stadt", name_en="Town", is_internal=True, position=9)
    async with house.begin() as session:
        session.add_all([venue, club, internal])
        await session.flush()
        session.add_all([small, middle, large])
    return Hall(house, venue, small, middle, large, club, internal)
