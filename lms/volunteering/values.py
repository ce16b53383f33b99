"""What is handed to the services."""

from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from lms.booking.values import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Somebody who wants to help, as typed. Under 18 there is a `guardian`."""

    who: Contact
    birth_date: date | None = None
    guardian: Contact | None = None
    topic_ids: frozenset[UUID] = field(default_factory=frozenset)
    times: str = ""
    note: str = ""
    wants_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFacts:
    """A shift as the team opens it: by the wall clock."""

    desk_id: UUID
    day: date
    starts: time
    ends: time
    places: int = 2
    least_age: int = 0
    topic_ids: frozenset[UUID] = field(default_factory=frozenset)
    note: str = ""
    every_week: bool = False
    last_day: date | None = None
