"""What the planner shows: lanes (a room, a trainer, a set of devices) and the entries that lie on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period

NOT_PLACED = "ohne"
"""The lane of what has no room, no trainer or not all its devices yet."""

ONLINE = "online"
"""The lane of what needs no room."""


class By(StrEnum):
    """What a lane is."""

    ROOM = "raum"
    TRAINER = "kursleitung"
    DEVICES = "geraete"


class Span(StrEnum):
    """How much is looked at."""

    DAY = "tag"
    WEEK = "woche"
    MONTH = "monat"


class Condition(StrEnum):
    """How far an entry has come, or what else it is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REQUESTED = "requested"
    BOOKED = "booked"
    LENT = "lent"
    REPAIR = "repair"
    CLOSED = "closed"
    AWAY = "away"


class Trouble(StrEnum):
    """The kinds of conflict."""

    OVERLAP = "overlap"
    AWAY = "away"
    SHORT = "short"
    CLOSED = "closed"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why something cannot stay as it is. `name` is the room, the trainer or the devices, `about` what is in the way."""

    trouble: Trouble
    name: str
    about: str = ""
    has: int = 0
    wants: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a key and a name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Set:
    """So many devices of one kit, or of one model outside all kits."""

    id: UUID
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that takes place or takes something. `id` names the session, booking or loan; times are without set-up.

    `may_move` says that it is neither over, cancelled nor closed.
    """

    key: str
    condition: Condition
    starts_at: datetime
    ends_at: datetime
    title_de: str
    title_en: str = ""
    id: UUID | None = None
    run_id: UUID | None = None
    number: str = ""
    room: Named | None = None
    venue: str = ""
    venue_id: UUID | None = None
    is_online: bool = False
    trainers: Sequence[Named] = ()
    devices: Sequence[Set] = ()
    people: int | None = None
    seats: int | None = None
    may_move: bool = False
    is_tentative: bool = False
    conflicts: tuple[Conflict, ...] = ()

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return local(self.starts_at).date()

    @property
    def is_long(self) -> bool:
        """Whether it goes on over midnight."""
        return local(self.ends_at - timedelta(microseconds=1)).date() > self.first_day

    def with_conflicts(self, found: Sequence[Conflict]) -> "Entry":
        """The same, with these conflicts besides its own."""
        return replace(self, conflicts=(*self.conflicts, *found)) if found else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of the planner with its entries in order of time. `left_out` counts those that there was no room to show."""

    id: str
    name: str
    group: str = ""
    about: str = ""
    entries: Sequence[Entry] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to look at: days [first, after), lanes of one kind, perhaps of one venue or just one lane."""

    by: By
    first: date
    after: date
    venue_id: UUID | None = None
    lane: str = ""
    only_conflicts: bool = False
    with_cancelled: bool = False

    @property
    def period(self) -> Period:
        """The days as moments."""
        return Period(at_venue(self.first, time()), at_venue(self.after, time()))


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A venue to choose, with the number of sessions there in the days looked at."""

    id: UUID
    slug: str
    name: str
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything of the days looked at, lane by lane."""

    wanted: Wanted
    lanes: Sequence[Lane]
    houses: Sequence[House] = ()
    is_cut: bool = False

    @property
    def conflicts(self) -> int:
        """How many entries cannot stay as they are, each counted once."""
        return len({entry.key for lane in self.lanes for entry in lane.entries if entry.conflicts})


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open on one weekday."""

    weekday: int
    opens: time
    closes: time


@dataclass(slots=True)
class Openings:
    """Opening times by the key of their room or venue."""

    rows: dict[UUID, list[Hours]] = field(default_factory=dict)

    def of(self, room_id: UUID, venue_id: UUID) -> Sequence[Hours]:
        """Those that hold for a room: its own, else those of its venue; none when nobody has said any."""
        return self.rows.get(room_id) or self.rows.get(venue_id) or ()
