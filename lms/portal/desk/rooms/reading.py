"""What several pages about rooms read: the room, its venue, what is planned there in sentences with links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.models import Booking, BookingDate
from lms.catalogue.models import Course, Run
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.resources.models import Reservation, ReservationKind, Room, Venue
from lms.scheduling.models import Session
from lms.web.formats import date_long, period
from lms.web.language import current_language, gettext

ROOMS = "/verwaltung/raeume"


async def room_of(session: AsyncSession, room_id: UUID) -> tuple[Room, Venue]:
    """The room and its venue. Raises NotFound."""
    found = (
        await session.execute(
            select(Room, Venue).join(Venue, Venue.id == Room.venue_id).where(Room.id == room_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def venue_of(session: AsyncSession, venue_id: UUID) -> Venue:
    """The venue. Raises NotFound."""
    venue = await session.get(Venue, venue_id)
    if venue is None:
        raise NotFound
    return venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Something that takes a room: when, where, what it is, and the page about it if there is one."""

    when: str
    room: str
    words: str
    path: str = ""


async def planned_in_words(session: AsyncSession, reservations: Sequence[Reservation]) -> Sequence[Planned]:
    """What these reservations are, in their order; three statements, however many there are."""
    rooms = await _rooms(session, reservations)
    runs = await _runs(session, reservations)
    bookings = await _bookings(session, reservations)
    found = []
    for one in reservations:
        words, path = one.purpose, ""
        if one.session_id in runs:
            run_id, number, title = runs[one.session_id]
            words = gettext("Run %(number)s, %(course)s", number=number, course=title)
            path = f"/verwaltung/durchfuehrungen/{run_id}"
        elif one.cause_id in bookings:
            booking = bookings[one.cause_id]
            words = gettext(
                "Booking %(reference)s, %(title)s", reference=booking.reference, title=booking.title
            )
            path = f"/verwaltung/buchungen/{booking.id}"
        elif one.kind == ReservationKind.CLOSURE:
            words, path = gettext("Closed: %(reason)s", reason=one.purpose), f"{ROOMS}/sperrungen"
        is_closure = one.kind == ReservationKind.CLOSURE
        found.append(
            Planned(
                when=(closed_in_words if is_closure else period)(one.starts_at, one.ends_at),
                room=rooms.get(one.room_id, ""),
                words=words or gettext("Taken"),
                path=path,
            )
        )
    return found


def closed_in_words(start: datetime, end: datetime) -> str:
    """When something is closed: whole days without their midnights."""
    first, last = local(start), local(end)
    if (first.time(), last.time()) != (time(), time()):
        return period(start, end)
    last_day = last.date() - timedelta(days=1)
    if first.date() == last_day:
        return gettext("%(day)s, all day", day=date_long(first.date()))
    return gettext("%(first)s to %(last)s, all day", first=date_long(first.date()), last=date_long(last_day))


async def _rooms(session: AsyncSession, reservations: Sequence[Reservation]) -> dict[UUID | None, str]:
    ids = {one.room_id for one in reservations}
    rows = await session.execute(select(Room.id, Room.name).where(Room.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def _runs(
    session: AsyncSession, reservations: Sequence[Reservation]
) -> dict[UUID | None, tuple[UUID, str, str]]:
    ids = {one.session_id for one in reservations if one.session_id}
    rows = await session.execute(
        select(Session.id, Run.id.label("run_id"), Run.number, Course.title_de, Course.title_en)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(Session.id.in_(ids))
    )
    is_english = current_language() == "en"
    return {
        row.id: (row.run_id, row.number, (row.title_en if is_english else "") or row.title_de) for row in rows
    }


async def _bookings(session: AsyncSession, reservations: Sequence[Reservation]) -> dict[UUID | None, Booking]:
    """By whichever of the two the reservation names: the booking, or one of its dates."""
    ids = {one.cause_id for one in reservations if one.kind == ReservationKind.BOOKING and one.cause_id}
    rows = await session.execute(
        select(BookingDate.id, Booking)
        .join(Booking, Booking.id == BookingDate.booking_id)
        .where(or_(BookingDate.id.in_(ids), Booking.id.in_(ids)))
    )
    found: dict[UUID | None, Booking] = {}
    for date_id, booking in rows:
        found[date_id] = found[booking.id] = booking
    return found
