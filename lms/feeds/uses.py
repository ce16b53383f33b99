"""What else takes a room or a kit beside our sessions, as calendar entries: bookings, closures, loans, repairs.

Names of people stand in none of them unless whoever reads may see them: in public calendars a room is just taken.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.models import Booking, BookingDate, BookingDateState
from lms.catalogue.models import Run
from lms.feeds.queries import in_room
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import (
    Closure,
    Device,
    Kit,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.scheduling.calendar import Entry
from lms.scheduling.models import Session, SessionState
from lms.web.language import current_language, gettext

STANDING = (BookingDateState.APPROVED, BookingDateState.CANCELLED, BookingDateState.RELEASED)
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
"""What is said of when an entry was changed that keeps no such time: always the same, so that nothing seems to change."""


async def room_named(session: AsyncSession, room_id: UUID) -> tuple[str, str]:
    """What the room is called, and where it is on one line. Raises NotFound."""
    row = (
        await session.execute(
            select(
                Room.name.label("room"),
                (Room.floor_en if current_language() == "en" else Room.floor_de).label("floor"),
                Venue.name.label("venue"),
                Venue.street,
                Venue.postal_code,
                Venue.city,
            )
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.id == room_id)
        )
    ).first()
    if row is None:
        raise NotFound
    parts = (row.room, row.floor, row.venue, row.street, f"{row.postal_code} {row.city}".strip())
    return f"{row.venue}, {row.room}", ", ".join(part for part in parts if part)


async def kit_named(session: AsyncSession, kit_id: UUID) -> str:
    """What the kit is called. Raises NotFound."""
    kit = await session.get(Kit, kit_id)
    if kit is None:
        raise NotFound
    return (kit.name_en if current_language() == "en" else "") or kit.name


async def bookings_in(
    session: AsyncSession,
    room_id: UUID,
    *,
    since: datetime,
    place: str,
    shows_titles: bool,
    shows_names: bool,
) -> Sequence[Entry]:
    """Dates that others have booked; those that fell through stay as cancelled."""
    rows = await session.execute(
        select(BookingDate, Booking, Person)
        .join(Booking, Booking.id == BookingDate.booking_id)
        .join(Person, Person.id == Booking.booker_id)
        .where(
            BookingDate.room_id == room_id, BookingDate.state.in_(STANDING), BookingDate.ends_at > since,
            Booking.decided_at.is_not(None),
        )
        .order_by(BookingDate.starts_at, BookingDate.id)
    )  # fmt: skip
    return [
        _booked(date, booking, person if shows_names else None, place=place, has_title=shows_titles)
        for date, booking, person in rows
    ]


def _booked(
    date: BookingDate, booking: Booking, person: Person | None, *, place: str, has_title: bool
) -> Entry:
    is_cancelled = date.state is not BookingDateState.APPROVED
    title = booking.title if has_title or booking.is_public else gettext("Taken")
    who = ", ".join(part for part in (booking.organisation, person.name) if part) if person else ""
    return Entry(
        session_id=date.id,
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        changed_at=booking.decided_at or booking.created_at,
        sequence=booking.version + is_cancelled,
        is_cancelled=is_cancelled,
        summary=gettext("Cancelled: %(course)s", course=title) if is_cancelled else title,
        location=place,
        description=gettext("Booked by: %(name)s", name=who) if who else "",
        address="",
        category=gettext("Room booking"),
    )


async def closed_runs_in(
    session: AsyncSession, room_id: UUID, *, since: datetime, place: str
) -> Sequence[Entry]:
    """For the public: when the room is taken by something that is nobody else's business, and nothing more."""
    rows = await session.execute(
        select(Session)
        .join(Run, Run.id == Session.run_id)
        .where(
            in_room(room_id),
            Session.ends_at > since,
            Session.state == SessionState.PLANNED,
            or_(Run.company_id.is_not(None), Run.published_at.is_(None)),
        )
    )
    return [
        _plain(one.id, one.starts_at, one.ends_at, gettext("Taken"), place, changed_at=one.changed_at)
        for (one,) in rows
    ]


async def closures_of(
    session: AsyncSession, room_id: UUID, *, since: datetime, place: str
) -> Sequence[Entry]:
    """When the room, or its whole house, cannot be used."""
    house = select(Room.venue_id).where(Room.id == room_id).scalar_subquery()
    rows = await session.scalars(
        select(Closure).where(
            Closure.ends_at > since,
            or_(Closure.room_id == room_id, Closure.room_id.is_(None)),
            Closure.venue_id == house,
        )
    )
    return [
        # a house that is closed is one row and stands in the calendar of each of its rooms
        _plain(uuid5(one.id, room_id.hex), one.starts_at, one.ends_at, gettext("Closed"), place)
        for one in rows
    ]


async def uses_of_kit(
    session: AsyncSession, kit_id: UUID, *, since: datetime, name: str, shows_names: bool
) -> Sequence[Entry]:
    """When devices of the kit are lent or repaired: one entry for each loan or repair, however many devices."""
    cause = func.coalesce(Reservation.cause_id, Reservation.id)
    rows = await session.execute(
        select(
            cause.label("cause"),
            Reservation.kind,
            func.min(Reservation.starts_at).label("starts_at"),
            func.max(Reservation.ends_at).label("ends_at"),
            func.count(Reservation.device_id.distinct()).label("devices"),
            func.min(Reservation.purpose).label("purpose"),
        )
        .join(Device, Device.id == Reservation.device_id)
        .where(
            Device.kit_id == kit_id,
            Reservation.state == ReservationState.FIRM,
            Reservation.kind != ReservationKind.SESSION,
            Reservation.ends_at > since,
        )
        .group_by(cause, Reservation.kind)
    )
    return [_used(row, kit_id, name, shows_names=shows_names) for row in rows]


def _used(row: Any, kit_id: UUID, name: str, *, shows_names: bool) -> Entry:
    word = gettext("Repair") if row.kind is ReservationKind.REPAIR else gettext("Lent out")
    entry = _plain(uuid5(kit_id, str(row.cause)), row.starts_at, row.ends_at, word, "")
    return replace(entry, summary=f"{word}: {name}", description=row.purpose if shows_names else "")


def _plain(
    uid: UUID, starts_at: datetime, ends_at: datetime, word: str, place: str, changed_at: datetime = UNDATED
) -> Entry:
    return Entry(
        session_id=uid,
        starts_at=starts_at,
        ends_at=ends_at,
        changed_at=changed_at,
        sequence=0,
        is_cancelled=False,
        summary=word,
        location=place,
        description="",
        address="",
        category=word,
    )
