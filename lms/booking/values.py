"""What travels between pages, doors and the service: who wants which room when, and what was found out about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from lms.booking.models import BookerGroup
from lms.booking.rules import Series
from lms.kernel.period import Period
from lms.resources.models import Reservation, Room, Venue


@dataclass(frozen=True, slots=True)
class Slot:
    """A room for one time, without set-up and clear-up."""

    room_id: UUID
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whoever asks, as typed. E-mail or telephone, or the address for a letter."""

    given_name: str
    family_name: str
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A room wanted once or as a series. `choices` name days that are left out (None) or put into another room."""

    room_id: UUID
    series: Series
    group_id: UUID
    people: int
    title: str
    contact: Contact
    organisation: str = ""
    note: str = ""
    is_public: bool = False
    choices: Mapping[date, UUID | None] = field(default_factory=dict)


class Problem(StrEnum):
    """Why a room cannot be had at a time."""

    OVER = "over"
    NOT_BOOKABLE = "not-bookable"
    TOO_SMALL = "too-small"
    CLOSED = "closed"
    OUTSIDE_HOURS = "outside-hours"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One date as it stands right now.

    `taken_by` and `rivals` (requests of others, which do not block) are for the team alone; `alternatives` are up to three
    other rooms that are free then.
    """

    slot: Slot
    room: Room
    venue: Venue
    problem: Problem | None = None
    taken_by: Reservation | None = None
    rivals: Sequence[Reservation] = ()
    holiday: str = ""
    alternatives: Sequence[tuple[Room, Venue]] = ()

    @property
    def is_fine(self) -> bool:
        """Whether it can be had."""
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One date of a request before it is sent: its look unless it is left out, and its price in cents."""

    day: date
    period: Period
    look: Look
    is_left_out: bool = False
    price_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A request as it would be sent: every date with its price, and the sum of those that are wanted."""

    lines: Sequence[Line]
    group: BookerGroup

    @property
    def wanted(self) -> Sequence[Line]:
        """The dates that are asked for."""
        return [line for line in self.lines if not line.is_left_out]

    @property
    def clashes(self) -> Sequence[Line]:
        """The dates for which something has to be chosen yet."""
        return [line for line in self.wanted if not line.look.is_fine]

    @property
    def total_cents(self) -> int:
        """What all wanted dates cost together."""
        return sum(line.price_cents for line in self.wanted)
