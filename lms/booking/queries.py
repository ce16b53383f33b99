"""Reading bookings, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.booking.checking import HOLDING
from lms.booking.models import BookerGroup, Booking, BookingDate, BookingDateState, BookingState
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import Room, Venue


@dataclass(frozen=True, slots=True)
class Dated:
    """One date with its room."""

    date: BookingDate
    room: Room
    venue: Venue


@dataclass(frozen=True, slots=True)
class Whole:
    """A booking with everything that belongs to it, dates in order."""

    booking: Booking
    group: BookerGroup
    booker: Person
    dates: Sequence[Dated]

    @property
    def total_cents(self) -> int:
        """What the dates cost that are asked for, approved, or were kept for nobody."""
        return sum(
            one.date.price_cents
            for one in self.dates
            if one.date.state in {*HOLDING, BookingDateState.RELEASED}
        )

    def in_state(self, *states: BookingDateState) -> Sequence[Dated]:
        """The dates in these states."""
        return [one for one in self.dates if one.date.state in states]


async def booking_of(session: AsyncSession, booking_id: UUID, *, lock: bool = False) -> Booking:
    """The booking; with `lock` nobody else changes it until the transaction ends. Raises NotFound."""
    wanted = select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=lock)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound
    return found


async def dates_of(session: AsyncSession, booking_id: UUID) -> Sequence[BookingDate]:
    """Its dates in order, as they are in the database now."""
    rows = await session.scalars(
        select(BookingDate)
        .where(BookingDate.booking_id == booking_id)
        .order_by(BookingDate.starts_at, BookingDate.id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def whole_of(session: AsyncSession, booking_id: UUID) -> Whole:
    """The booking with group, booker and dates; two statements. Raises NotFound."""
    row = (
        await session.execute(
            select(Booking, BookerGroup, Person)
            .join(BookerGroup, BookerGroup.id == Booking.group_id)
            .join(Person, Person.id == Booking.booker_id)
            .where(Booking.id == booking_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Whole(row[0], row[1], row[2], (await _dates_by_booking(session, [booking_id])).get(booking_id, []))


async def groups(session: AsyncSession, *, with_internal: bool) -> Sequence[BookerGroup]:
    """Who can book, in the order of the settings; internal groups for the team alone."""
    wanted = select(BookerGroup).order_by(BookerGroup.position, BookerGroup.name_de)
    if not with_internal:
        wanted = wanted.where(BookerGroup.is_internal.is_(False))
    return (await session.scalars(wanted)).all()


async def bookable_room(session: AsyncSession, room_id: UUID) -> tuple[Room, Venue]:
    """A room that others may ask for. Raises NotFound, for every other room alike."""
    row = (
        await session.execute(
            select(Room, Venue)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.id == room_id, Room.is_bookable.is_(True))
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


VIEWS: Mapping[str, ColumnElement[bool]] = {
    "": exists().where(BookingDate.booking_id == Booking.id, BookingDate.state == BookingDateState.REQUESTED),
    "genehmigt": Booking.state == BookingState.APPROVED,
    "abgelehnt": Booking.state == BookingState.DECLINED,
    "zurueckgezogen": Booking.state == BookingState.WITHDRAWN,
    "alle": Booking.id.is_not(None),
}
"""The saved views of the team's list; the first one is what waits for a decision."""


async def bookings_page(
    session: AsyncSession, view: str, typed: str, *, limit: int, offset: int
) -> tuple[Sequence[Whole], int]:
    """A page of bookings and how many there are; three statements. What waits longest comes first, else the newest."""
    conditions = [VIEWS[view]]
    if typed:
        like = f"%{typed.casefold()}%"
        conditions.append(
            or_(
                func.lower(Booking.reference).like(like),
                func.lower(Booking.title).like(like),
                func.lower(Booking.organisation).like(like),
                Person.matching.like(like),
            )
        )
    joined = (
        select(Booking, BookerGroup, Person)
        .join(BookerGroup, BookerGroup.id == Booking.group_id)
        .join(Person, Person.id == Booking.booker_id)
        .where(*conditions)
    )
    total = await session.scalar(select(func.count()).select_from(joined.subquery()))
    order = Booking.created_at.asc() if view == "" else Booking.created_at.desc()
    rows = (await session.execute(joined.order_by(order, Booking.id).limit(limit).offset(offset))).all()
    dates = await _dates_by_booking(session, [row[0].id for row in rows])
    return [Whole(row[0], row[1], row[2], dates.get(row[0].id, [])) for row in rows], int(total or 0)


async def approved_between(
    session: AsyncSession, first: datetime, last: datetime
) -> Sequence[tuple[Whole, Dated]]:
    """What was approved for this time, date by date: for the list of what has to be charged. Two statements."""
    rows = (
        await session.execute(
            select(Booking, BookerGroup, Person)
            .join(BookerGroup, BookerGroup.id == Booking.group_id)
            .join(Person, Person.id == Booking.booker_id)
            .where(
                exists().where(
                    BookingDate.booking_id == Booking.id,
                    BookingDate.starts_at >= first,
                    BookingDate.starts_at < last,
                )
            )
            .order_by(Booking.reference)
        )
    ).all()
    dates = await _dates_by_booking(session, [row[0].id for row in rows])
    charged = {BookingDateState.APPROVED, BookingDateState.RELEASED}
    return [
        (whole, one)
        for whole in (Whole(row[0], row[1], row[2], dates.get(row[0].id, [])) for row in rows)
        for one in whole.in_state(*charged)
        if first <= one.date.starts_at < last
    ]


async def decider_of(session: AsyncSession, booking: Booking) -> str:
    """The name of whoever of the team decided last; nothing where nobody has, or the account is gone."""
    if booking.decided_by is None:
        return ""
    found = await session.scalar(
        select(Person).join(Account, Account.person_id == Person.id).where(Account.id == booking.decided_by)
    )
    return found.name if found else ""


async def missed_before(session: AsyncSession, booker_id: UUID) -> int:
    """How often a room was kept for this person and nobody came."""
    count = await session.scalar(
        select(func.count())
        .select_from(BookingDate)
        .join(Booking, Booking.id == BookingDate.booking_id)
        .where(Booking.booker_id == booker_id, BookingDate.state == BookingDateState.RELEASED)
    )
    return int(count or 0)


async def _dates_by_booking(
    session: AsyncSession, booking_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Dated]]:
    rows = await session.execute(
        select(BookingDate, Room, Venue)
        .join(Room, Room.id == BookingDate.room_id)
        .join(Venue, Venue.id == Room.venue_id)
        .where(BookingDate.booking_id.in_(booking_ids))
        .order_by(BookingDate.starts_at, BookingDate.id)
    )
    found: dict[UUID, list[Dated]] = {}
    for row in rows:
        found.setdefault(row[0].booking_id, []).append(Dated(row[0], row[1], row[2]))
    return found
