"""Rooms for programs: which are free, requests, decisions."""

from datetime import date, datetime, time
from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from msgspec import Meta, Struct, field
from msgspec.json import encode

from lms.accounts.limits import within
from lms.booking import policy
from lms.booking.errors import DatesInThePast
from lms.booking.models import BookingDateState, BookingState
from lms.booking.queries import Whole, bookings_page, whole_of
from lms.booking.rules import MOST_DATES, Repeat, Series, ensure_one_day
from lms.booking.service import Bookings
from lms.booking.values import Contact, Request
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import Invalid
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.resources.finding import FoundRoom, Needs, find_rooms
from lms.web.access import PUBLIC, may
from lms.web.pagination import LARGEST, USUAL, window

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Line = Annotated[str, Meta(max_length=200)]
Key = Annotated[UUID, Meta(description="The same key makes the same booking.")]


class RoomOut(Struct):
    """A room that fits, and whether it can be had."""

    id: UUID
    name: str
    venue: str
    seats: int
    is_free: bool
    hindrance: str

    @classmethod
    def from_found(cls, found: FoundRoom) -> Self:
        """The room as it goes over the wire."""
        return cls(
            id=found.room.id,
            name=found.room.name,
            venue=found.venue.name,
            seats=found.room.seats,
            is_free=found.is_free,
            hindrance=found.reason.value if found.reason else "",
        )


class SeriesIn(Struct, forbid_unknown_fields=True):
    """Wall-clock times of the venue: once, by rule until `count` or `last_day`, or on listed days."""

    first_day: date
    starts: time
    ends: time
    repeat: Repeat = Repeat.ONCE
    count: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    last_day: date | None = None
    days: Annotated[list[date], Meta(max_length=100_000)] = field(default_factory=list)

    def series(self) -> Series:
        """The dates as the service takes them. Raises Invalid for a rule without an end."""
        if self.repeat in {Repeat.WEEKLY, Repeat.FORTNIGHTLY, Repeat.MONTHLY} and not (
            self.count or self.last_day
        ):
            raise Invalid
        return Series(
            first_day=self.first_day,
            starts=self.starts.replace(tzinfo=None),
            ends=self.ends.replace(tzinfo=None),
            repeat=self.repeat,
            count=self.count,
            last_day=self.last_day,
            days=tuple(sorted({self.first_day, *self.days})) if self.repeat is Repeat.LISTED else (),
        )


class ChoiceIn(Struct, forbid_unknown_fields=True):
    """A day that is left out (no room) or put into another room."""

    day: date
    room_id: UUID | None = None


class ContactIn(Struct, forbid_unknown_fields=True):
    """Whoever asks; an e-mail address, or a telephone number with a postal address."""

    given_name: Name
    family_name: Name
    email: Annotated[str, Meta(max_length=254, pattern=r"^(\S+@\S+\.\S+)?$")] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    street: Line = ""
    postal_code: Annotated[str, Meta(max_length=10)] = ""
    city: Line = ""
    language: Annotated[str, Meta(pattern="^(de|en)$")] = "de"

    def contact(self) -> Contact:
        """The contact as the service takes it. Raises Invalid when nobody could be written to."""
        if not self.email and not (self.phone and self.street and self.city):
            raise Invalid
        return Contact(**{name: getattr(self, name) for name in ContactIn.__struct_fields__})


class BookingIn(Struct, forbid_unknown_fields=True):
    """A request for a room."""

    room_id: UUID
    series: SeriesIn
    group_id: UUID
    people: Annotated[int, Meta(ge=1, le=1000)]
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    contact: ContactIn
    organisation: Line = ""
    note: Annotated[str, Meta(max_length=1000)] = ""
    is_public: bool = False
    choices: Annotated[list[ChoiceIn], Meta(max_length=MOST_DATES)] = field(default_factory=list)

    def request(self) -> Request:
        """The request as the service takes it."""
        return Request(
            room_id=self.room_id,
            series=self.series.series(),
            group_id=self.group_id,
            people=self.people,
            title=self.title.strip(),
            contact=self.contact.contact(),
            organisation=self.organisation.strip(),
            note=self.note,
            is_public=self.is_public,
            choices={choice.day: choice.room_id for choice in self.choices},
        )


class DateOut(Struct):
    """One date of a booking."""

    id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: BookingDateState
    price_cents: int


class BookingOut(Struct):
    """A booking with its dates."""

    id: UUID
    reference: str
    state: BookingState
    title: str
    organisation: str
    people: int
    total_cents: int
    version: int
    dates: list[DateOut]

    @classmethod
    def from_whole(cls, whole: Whole) -> Self:
        """The booking as it goes over the wire."""
        booking = whole.booking
        return cls(
            id=booking.id,
            reference=booking.reference,
            state=booking.state,
            title=booking.title,
            organisation=booking.organisation,
            people=booking.people,
            total_cents=whole.total_cents,
            version=booking.version,
            dates=[
                DateOut(one.date.id, one.room.id, one.date.starts_at, one.date.ends_at, one.date.state, one.date.price_cents)
                for one in whole.dates
            ],
        )  # fmt: skip


class BookingsOut(Struct):
    """A page of bookings."""

    items: list[BookingOut]
    page: int
    size: int
    total: int


class DateChoiceIn(Struct, forbid_unknown_fields=True):
    """What becomes of one date: approved in a room, or declined without one."""

    date_id: UUID
    room_id: UUID | None = None


class DecisionIn(Struct, forbid_unknown_fields=True):
    """A decision; dates that are not named are approved as they were asked for."""

    choices: Annotated[list[DateChoiceIn], Meta(max_length=2 * MOST_DATES)] = field(default_factory=list)
    reason: Annotated[str, Meta(max_length=1000)] = ""
    version: int | None = None


class BookingDoor(Controller):
    """The doors below /api/v1."""

    path = "/api/v1"
    tags = ["Rooms"]

    @get("/rooms/free", opt=PUBLIC)
    async def free(
        self,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        starts_at: FromQuery[datetime],
        ends_at: FromQuery[datetime],
        seats: FromQuery[Annotated[int, Meta(ge=1, le=1000)]] = 1,
        step_free: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        hearing_loop: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        accessible_wc: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    ) -> list[RoomOut]:
        """Every room that fits and can be booked; free ones first. Times carry their zone."""
        if starts_at.tzinfo is None or ends_at.tzinfo is None or starts_at >= ends_at:
            raise Invalid
        period = Period(starts_at, ends_at)
        ensure_one_day(period)
        if starts_at <= clock():
            raise DatesInThePast
        needs = Needs(
            seats=seats,
            step_free=step_free,
            hearing_loop=hearing_loop,
            accessible_wc=accessible_wc,
            bookable=True,
        )
        async with begin.reading() as session:
            return [RoomOut.from_found(one) for one in await find_rooms(session, period, needs)]

    @post("/bookings", opt=PUBLIC)
    async def request(
        self,
        data: JSONBody[BookingIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        bookings: NamedDependency[Bookings],
        idempotency_key: Annotated[Key | None, HeaderParameter(name="Idempotency-Key")] = None,
    ) -> BookingOut:
        """Request a room once or as a series. With an `Idempotency-Key` (a UUID) it is done once, however often it is sent."""
        if not actor.is_signed_in:
            await within(begin, clock, "booking", address=actor.address)
        booking = await bookings.request(
            actor, data.request(), form_id=idempotency_key, body=encode(data) if idempotency_key else b""
        )
        async with begin.reading() as session:
            return BookingOut.from_whole(await whole_of(session, booking.id))

    @get("/bookings", opt=may("R", "room-booking", of=Scope.ALL))
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        undecided: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        page: FromQuery[int] = 1,
        size: FromQuery[Annotated[int, Meta(ge=1, le=LARGEST)]] = USUAL,
    ) -> BookingsOut:
        """Everybody's bookings, for the team; or only those that wait for a decision."""
        ensure(policy.may_see_all(actor), actor)
        number, limit, offset = window(page, size)
        async with begin.reading() as session:
            rows, total = await bookings_page(
                session, "" if undecided else "alle", "", limit=limit, offset=offset
            )
        return BookingsOut([BookingOut.from_whole(one) for one in rows], number, limit, total)

    @get("/bookings/{booking_id:uuid}", opt=may("R", "room-booking", of=Scope.ALL))
    async def read(
        self, booking_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> BookingOut:
        """One booking."""
        ensure(policy.may_see_all(actor), actor)
        async with begin.reading() as session:
            return BookingOut.from_whole(await whole_of(session, booking_id))

    @post("/bookings/{booking_id:uuid}/decision", opt=may("approve", "room-booking"), status_code=200)
    async def decide(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[DecisionIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        bookings: NamedDependency[Bookings],
    ) -> BookingOut:
        """Approve dates, in another room where one is named, and decline others with a reason."""
        await bookings.decide(
            actor,
            booking_id=booking_id,
            choices={choice.date_id: choice.room_id for choice in data.choices},
            reason=data.reason,
            version=data.version,
        )
        async with begin.reading() as session:
            return BookingOut.from_whole(await whole_of(session, booking_id))
