"""What takes place today behind a door or in a whole building, as everybody may read it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.models import Booking, BookingDate
from lms.catalogue.models import Course, Run, RunState
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.portal.planner.clashes import is_open
from lms.portal.planner.values import Hours
from lms.resources.models import (
    OpeningTime,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.scheduling.models import Session, SessionState, SessionTrainer
from lms.trainers.models import Trainer

ANNOUNCED = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED, RunState.CANCELLED)
SOON = timedelta(hours=2)

CLOSED_DE, CLOSED_EN = "Geschlossene Veranstaltung", "Private event"
"""What a sign at the door says of a run for one company: that the room is taken, and nothing about whom (F-F07)."""


class What(StrEnum):
    """What a line on a sign speaks of."""

    COURSE = "course"
    DROPPED = "dropped"
    BOOKING = "booking"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something today. An empty title means that nobody outside the team needs to know more than "taken".

    `taken` is the period with set-up and clear-up.
    """

    what: What
    starts_at: datetime
    ends_at: datetime
    taken: Period
    title_de: str = ""
    title_en: str = ""
    trainers: str = ""

    @property
    def occupies(self) -> bool:
        """Whether the room is taken by it."""
        return self.what is not What.DROPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A room today, at one moment."""

    room: Room
    venue: Venue
    now: datetime
    lines: Sequence[Line]
    hours: Sequence[Hours] = ()

    @property
    def current(self) -> Line | None:
        """What takes place now."""
        return next(
            (one for one in self.lines if one.occupies and one.starts_at <= self.now < one.ends_at), None
        )

    @property
    def next(self) -> Line | None:
        """What comes next today."""
        return next((one for one in self.lines if one.occupies and one.starts_at > self.now), None)

    @property
    def later(self) -> Sequence[Line]:
        """Everything that has not ended and is neither now nor next, what falls through included."""
        special = (self.current, self.next)
        return [one for one in self.lines if one.ends_at > self.now and one not in special]

    @property
    def free_until(self) -> datetime | None:
        """Until when nobody needs the room, set-up included; None: for the rest of the day."""
        begins = [one.taken.start for one in self.lines if one.occupies and one.taken.end > self.now]
        return min(begins, default=None)

    @property
    def is_shut(self) -> bool:
        """Whether the house is closed now and nothing takes place all the same."""
        return self.current is None and not is_open(
            self.hours, Period(self.now, self.now + timedelta(minutes=1))
        )

    @property
    def opens_next(self) -> datetime | None:
        """When it opens again within a week."""
        return opens_after(self.hours, self.now)


def opens_after(hours: Sequence[Hours], now: datetime) -> datetime | None:
    """The next opening after a moment, within a week."""
    first = local(now).date()
    moments = [
        at_venue(day, one.opens)
        for day in (first + timedelta(days=step) for step in range(8))
        for one in hours
        if one.weekday == day.weekday()
    ]
    return min((moment for moment in moments if moment > now), default=None)


async def read_sign(session: AsyncSession, room_id: UUID, now: datetime) -> Sign:
    """The sign of one door; five statements. Raises NotFound."""
    found = (
        await session.execute(
            select(Room, Venue).join(Venue, Venue.id == Room.venue_id).where(Room.id == room_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return (await _signs(session, [(found[0], found[1])], now))[0]


async def read_screen(session: AsyncSession, slug: str, now: datetime) -> tuple[Venue, Sequence[Sign]]:
    """Every room of a building, by name; seven statements. Raises NotFound."""
    venue = await session.scalar(select(Venue).where(Venue.slug == slug))
    if venue is None:
        raise NotFound
    rooms = await session.scalars(select(Room).where(Room.venue_id == venue.id).order_by(Room.name))
    return venue, await _signs(session, [(room, venue) for room in rooms], now)


async def _signs(session: AsyncSession, rooms: Sequence[tuple[Room, Venue]], now: datetime) -> Sequence[Sign]:
    ids = [room.id for room, _ in rooms]
    day = local(now).date()
    today = Period(at_venue(day, time()), at_venue(day + timedelta(days=1), time()))
    lines: dict[UUID | None, list[Line]] = defaultdict(list)
    for room_id, line in [
        *await _courses(session, ids, today),
        *await _taken(session, ids, today),
    ]:
        lines[room_id].append(line)
    hours = await _hours(session, ids, [venue.id for _, venue in rooms])
    return [
        Sign(
            room=room,
            venue=venue,
            now=now,
            lines=sorted(lines[room.id], key=lambda line: (line.starts_at, line.what)),
            hours=hours.get(room.id) or hours.get(venue.id) or (),
        )
        for room, venue in rooms
    ]


async def _courses(
    session: AsyncSession, ids: Sequence[UUID], today: Period
) -> Sequence[tuple[UUID | None, Line]]:
    holds = and_(
        Reservation.session_id == Session.id,
        Reservation.room_id == Session.room_id,
        Reservation.state == ReservationState.FIRM,
    )
    rows = (
        await session.execute(
            select(
                Session,
                Run.state,
                Run.company_id,
                Course.title_de,
                Course.title_en,
                func.coalesce(Reservation.starts_at, Session.starts_at),
                func.coalesce(Reservation.ends_at, Session.ends_at),
            )
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Reservation, holds)
            .where(
                Session.room_id.in_(ids),
                Session.starts_at < today.end,
                Session.starts_at >= today.start,
                Run.state.in_(ANNOUNCED),
            )
            .order_by(Session.starts_at)
        )
    ).all()
    named = await _public_trainers(session, [row[0].id for row in rows])
    found = []
    for meeting, state, closed_for, title_de, title_en, taken_from, taken_to in rows:
        falls_through = meeting.state == SessionState.CANCELLED or state == RunState.CANCELLED
        line = Line(
            what=What.DROPPED if falls_through else What.COURSE,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            taken=Period(taken_from, taken_to),
            title_de=title_de if closed_for is None else CLOSED_DE,
            title_en=title_en if closed_for is None else CLOSED_EN,
            trainers="" if falls_through or closed_for else ", ".join(named.get(meeting.id, ())),
        )
        found.append((meeting.room_id, line))
    return found


async def _public_trainers(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    rows = await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Person, Person.id == SessionTrainer.person_id)
        .join(Trainer, and_(Trainer.person_id == Person.id, Trainer.is_public.is_(True)))
        .where(SessionTrainer.session_id.in_(ids))
        .order_by(Person.family_name)
    )
    names: dict[UUID, list[str]] = defaultdict(list)
    for session_id, person in rows:
        names[session_id].append(person.name)
    return names


async def _taken(
    session: AsyncSession, ids: Sequence[UUID], today: Period
) -> Sequence[tuple[UUID | None, Line]]:
    """Bookings and closures: firm ones alone, requests are nobody's business yet."""
    rows = await session.execute(
        select(
            Reservation.room_id, Reservation.kind, Reservation.starts_at, Reservation.ends_at,
            func.coalesce(BookingDate.starts_at, Reservation.starts_at),
            func.coalesce(BookingDate.ends_at, Reservation.ends_at), Booking.is_public, Booking.title, Booking.organisation,
        )
        .outerjoin(BookingDate, BookingDate.id == Reservation.cause_id)
        .outerjoin(Booking, or_(Booking.id == BookingDate.booking_id, Booking.id == Reservation.cause_id))
        .where(
            Reservation.room_id.in_(ids),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind != ReservationKind.SESSION,
            Reservation.starts_at < today.end,
            Reservation.ends_at > today.start,
        )
        .order_by(Reservation.starts_at)
    )  # fmt: skip
    return [
        (
            room_id,
            Line(
                what=What.CLOSED if kind == ReservationKind.CLOSURE else What.BOOKING,
                starts_at=held_from,
                ends_at=held_to,
                taken=Period(starts_at, ends_at),
                title_de=" – ".join(filter(None, (organisation, title))) if is_public else "",
            ),
        )
        for room_id, kind, starts_at, ends_at, held_from, held_to, is_public, title, organisation in rows
    ]


async def _hours(
    session: AsyncSession, rooms: Sequence[UUID], venues: Sequence[UUID]
) -> Mapping[UUID, Sequence[Hours]]:
    found: dict[UUID, list[Hours]] = defaultdict(list)
    rows = await session.scalars(
        select(OpeningTime).where(or_(OpeningTime.room_id.in_(rooms), OpeningTime.venue_id.in_(venues)))
    )
    for row in rows:
        owner = row.room_id or row.venue_id
        if owner is not None:
            found[owner].append(Hours(row.weekday, row.opens, row.closes))
    return found


def next_first(signs: Sequence[Sign]) -> Sequence[Sign]:
    """Rooms in which something is on or begins within two hours come first, by time; then the rest by name."""
    return sorted(signs, key=lambda sign: (*_rank(sign), sign.room.name))


def _rank(sign: Sign) -> tuple[int, datetime]:
    line = sign.current or sign.next
    if line is None:
        return (2, sign.now)
    is_soon = line.starts_at <= sign.now + SOON
    return (0 if is_soon else 1, line.starts_at)


def dropped(signs: Sequence[Sign]) -> Iterator[tuple[Sign, Line]]:
    """What falls through and would not be over yet."""
    for sign in signs:
        for line in sign.lines:
            if not line.occupies and line.ends_at > sign.now:
                yield sign, line
