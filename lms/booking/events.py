"""What has happened to bookings."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from lms.jobs.queue import Event


class BookingRequested(Event):
    """Somebody asks for a room, or for one more date of a series."""

    booking_id: UUID
    version: int
    at: datetime


class BookingDecided(Event):
    """The team has approved a request, all of it or some dates, or declined it."""

    booking_id: UUID
    version: int
    at: datetime


class Before(msgspec.Struct):
    """Where and when a date was before it was changed."""

    date_id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime


class BookingChanged(Event):
    """Dates have another time or room, or have ended: withdrawn, dropped, given up by the team."""

    booking_id: UUID
    version: int
    at: datetime
    moved: list[Before] = msgspec.field(default_factory=list)
    ended: list[UUID] = msgspec.field(default_factory=list)
    by_team: bool = False


class DateReleased(Event):
    """Nobody had come, so the room was given back."""

    date_id: UUID
    at: datetime


def facts(**given: Any) -> dict[str, Any]:
    """What the audit trail keeps of a change: identifiers and moments as text."""
    return {name: value if isinstance(value, int | bool) else str(value) for name, value in given.items()}
