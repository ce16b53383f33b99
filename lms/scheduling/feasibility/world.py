"""What is wanted, and the world it has to fit into: plain values."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.rules import Hours
from lms.trainers.qualifications.queries import Lacked
from lms.trainers.rules import Away
from lms.trainers.rules import Hours as WeeklyHours


class Travel(Protocol):
    """How long it takes from one venue to another, in minutes."""

    def between(self, one: UUID | None, other: UUID | None) -> int:
        """Zero within a venue, and where it is not known which one."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A firm reservation: when, where, for what."""

    period: Period
    purpose: str = ""
    venue_id: UUID | None = None
    kind: ReservationKind = ReservationKind.SESSION


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """A room, its hours, and what takes it. `busy` is in order of time and without overlaps, here as below."""

    id: UUID
    name: str
    seats: int
    venue_id: UUID
    venue: str = ""
    setup_minutes: int = 0
    clearup_minutes: int = 0
    equipment: frozenset[str] = frozenset()
    step_free: bool = False
    hearing_loop: bool = False
    hours: Sequence[Hours] = ()
    busy: Sequence[Busy] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Somebody who teaches: when they can, when they are away, busy by their own calendar, what takes them."""

    id: UUID
    name: str
    hours: WeeklyHours = field(default_factory=dict)
    absences: Sequence[Away] = ()
    engaged: Sequence[Period] = ()
    busy: Sequence[Busy] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """One usable device and what takes it."""

    id: UUID
    model_id: UUID
    kit_id: UUID | None = None
    turnaround_minutes: int = 0
    busy: Sequence[Busy] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """So many devices of a model, or a whole kit, at each meeting. `note` says why fewer will do."""

    count: int
    model_id: UUID | None = None
    kit_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Meetings in these periods, all in one room, by the same trainers, with the same devices.

    `seats` is how many people have to fit in; `room_override_reason` says why more than the room has seats do. `keep` are
    days on which it meets although they are closed.
    """

    periods: Sequence[Period]
    course_id: UUID | None = None
    room_id: UUID | None = None
    trainer_ids: tuple[UUID, ...] = ()
    needs: tuple[Need, ...] = ()
    seats: int = 0
    room_override_reason: str = ""
    equipment: frozenset[str] = frozenset()
    step_free: bool = False
    hearing_loop: bool = False
    keep: frozenset[date] = frozenset()

    def at(self, periods: Sequence[Period]) -> "Wanted":
        """The same at other times."""
        return replace(self, periods=periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a plan can run into.

    `stand_ins` are trainers who could teach instead. `names` names models and kits, `missing_parts` what kits lack,
    `closed` the days without teaching, `lacking` what trainers would need for the course.
    """

    travel: Travel
    rooms: Mapping[UUID, RoomFacts] = field(default_factory=dict)
    trainers: Mapping[UUID, Teacher] = field(default_factory=dict)
    units: Sequence[UnitFacts] = ()
    stand_ins: Sequence[UUID] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)
    missing_parts: Mapping[UUID, Sequence[str]] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)
    lacking: Mapping[UUID, Sequence[Lacked]] = field(default_factory=dict)

    def units_of(self, need: Need) -> Sequence[UnitFacts]:
        """The units of which the need can be met."""
        if need.kit_id is not None:
            return [unit for unit in self.units if unit.kit_id == need.kit_id]
        return [unit for unit in self.units if unit.model_id == need.model_id]


def near(busy: Sequence[Busy], period: Period, margin: timedelta) -> Iterator[Busy]:
    """What lies within `margin` of the period; by halving, not by looking at everything."""
    first = bisect_right(busy, period.start - margin, key=_end)
    for index in range(first, len(busy)):
        one = busy[index]
        if one.period.start >= period.end + margin:
            return
        yield one


def merged(needs: Sequence[Need]) -> Sequence[Need]:
    """Kits first, then each model once with its counts added up: what a kit holds cannot be had a second time."""
    kits = [need for need in needs if need.kit_id is not None]
    models: dict[UUID, Need] = {}
    for need in needs:
        if need.model_id is not None:
            known = models.get(need.model_id)
            models[need.model_id] = (
                need
                if known is None
                else Need(known.count + need.count, model_id=need.model_id, note=known.note or need.note)
            )
    return [*kits, *models.values()]


def _end(busy: Busy) -> datetime:
    return busy.period.end
