"""The nearest alternatives that work in all dimensions, found by search over intervals.

A series is moved as a whole: `shift` days and some minutes of the wall clock. Whatever is in the way of one meeting rules
out an open interval of minutes; the union over all meetings, rooms, trainers and devices is what does not work, and the
nearest point outside it is the answer. Nothing is tried out: the cost grows with what lies near the wanted dates, not with
the number of possible times.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from uuid import UUID

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.rules import MIDNIGHT
from lms.scheduling.errors import Taken
from lms.scheduling.feasibility.judging import FARTHEST, obstacles, works
from lms.scheduling.feasibility.world import (
    Busy,
    Need,
    RoomFacts,
    Teacher,
    UnitFacts,
    Wanted,
    World,
    merged,
    near,
)

STEP = 15
"""People plan in quarters of an hour."""
OTHER_ROOM = 30
OTHER_TRAINER = 60
"""What a change of room or trainer is worth, in minutes by which one would rather move."""
DAY = 24 * 60
MOST = 3
SET_UP = timedelta(hours=4)
"""Nobody sets up or clears up for longer."""
OF_A_TRAINER = frozenset(
    {
        Taken.TRAINER,
        Taken.TRAVEL,
        Taken.ABSENT,
        Taken.UNAVAILABLE,
        Taken.ENGAGED,
        Taken.CONDUCT,
        Taken.QUALIFICATION,
    }
)
"""What is in the way because of who teaches."""

Span = tuple[float, float]
"""Minutes by which one cannot move, without its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A plan that works instead: when, where, by whom; `days` and `minutes` say how far it is from what was wanted."""

    periods: Sequence[Period]
    room_id: UUID | None
    trainer_ids: tuple[UUID, ...]
    days: int = 0
    minutes: int = 0
    cost: int = 0


def nearest(
    wanted: Wanted,
    world: World,
    shifted: Mapping[int, Sequence[Period]],
    *,
    not_before: datetime,
    most: int = MOST,
) -> Sequence[Alternative]:
    """The nearest plans that work, at most one for each day, room and trainer, the nearest first.

    `shifted` holds the meetings as they would be so many days earlier or later, holidays left out; day 0 is what was
    wanted. Nothing begins before `not_before`. Near means: few minutes away, a day being 1440 of them, another room
    OTHER_ROOM, another trainer OTHER_TRAINER.
    """
    rooms = _rooms(wanted, world)
    found: list[Alternative] = []
    for days in sorted(shifted, key=lambda day: (abs(day), day)):
        if len(found) >= most and sorted(found, key=_order)[most - 1].cost <= abs(days) * DAY:
            break  # nothing on a day so far away can be nearer than what we have
        moved = wanted.at(shifted[days])
        if not moved.periods or any(
            local(one.start).date() != local(one.end).date() for one in moved.periods
        ):
            continue
        ways: list[_Way] = []
        for plan, price in _variants(moved, world, is_first=days == 0):
            ways += _ways(plan, world, rooms, days=days, price=price, not_before=not_before)
        found += _proven(ways, world, days, most)
    return sorted(found, key=_order)[:most]


@dataclass(slots=True)
class _Way:
    """One room and one set of trainers on one day, with the moves that nothing rules out, the nearest first."""

    plan: Wanted
    room_id: UUID | None
    is_as_wanted: bool
    price: int
    points: Iterator[int]
    minutes: int = 0

    def step(self) -> bool:
        """Go on to the next move; False when there is none."""
        for minutes in self.points:
            if minutes or not self.is_as_wanted:
                self.minutes = minutes
                return True
        return False

    @property
    def cost(self) -> int:
        return abs(self.minutes) + self.price


def _proven(ways: Iterable[_Way], world: World, days: int, most: int) -> Iterator[Alternative]:
    """The nearest of these ways, each put before the judge: on the night of a change of clocks minutes are not minutes."""
    queue = [(way.cost, number, way) for number, way in enumerate(ways) if way.step()]
    heapify(queue)
    proven = 0
    while queue and proven < most:
        _, number, way = heappop(queue)
        periods = moved_by(way.plan.periods, way.minutes)
        if works(replace(way.plan, periods=periods, room_id=way.room_id), world):
            proven += 1
            yield Alternative(
                periods=periods,
                room_id=way.room_id,
                trainer_ids=way.plan.trainer_ids,
                days=days,
                minutes=way.minutes,
                cost=abs(days) * DAY + way.cost,
            )
        elif way.step():
            heappush(queue, (way.cost, number, way))


def moved_by(periods: Sequence[Period], minutes: int) -> Sequence[Period]:
    """The same meetings, earlier or later by so many minutes of the wall clock."""
    return [
        Period(_at_minute(one.start, minutes), _at_minute(one.end, minutes)) if minutes else one
        for one in periods
    ]


def on_other_days(
    period: Period, days: Iterable[int], is_taught: Callable[[date], bool]
) -> Mapping[int, Sequence[Period]]:
    """One meeting at the same hours so many days later; days on which nothing is taught are left out."""
    begins, ends = local(period.start), local(period.end)
    moved = {}
    for step in days:
        span = timedelta(days=step)
        if step == 0 or is_taught(begins.date() + span):
            moved[step] = [
                Period(
                    at_venue(begins.date() + span, begins.time()), at_venue(ends.date() + span, ends.time())
                )
            ]
    return moved


def _order(one: Alternative) -> tuple[int, int, int, str]:
    return one.cost, one.days, one.minutes, str(one.room_id)


def _rooms(wanted: Wanted, world: World) -> Sequence[RoomFacts | None]:
    if wanted.room_id is None:
        return [None]
    fits = [
        room
        for room in world.rooms.values()
        if room.seats >= wanted.seats
        and wanted.equipment <= room.equipment
        and (room.step_free or not wanted.step_free)
        and (room.hearing_loop or not wanted.hearing_loop)
    ]
    mine = world.rooms.get(wanted.room_id)
    if mine is not None and mine not in fits and wanted.room_override_reason:
        fits.append(mine)
    return fits


def _variants(wanted: Wanted, world: World, *, is_first: bool) -> Iterator[tuple[Wanted, int]]:
    """The plan as it is; and where one trainer alone is in the way on the wanted day, the same with each who could stand in."""
    yield wanted, 0
    if not is_first or not world.stand_ins:
        return
    names = {world.trainers[one].name: one for one in wanted.trainer_ids if one in world.trainers}
    hindered = {
        names[clash.name]
        for clash in obstacles(wanted, world)
        if clash.taken in OF_A_TRAINER and clash.name in names
    }
    if len(hindered) != 1:
        return
    absent = hindered.pop()
    for other in world.stand_ins:
        if other not in wanted.trainer_ids:
            trainers = tuple(other if one == absent else one for one in wanted.trainer_ids)
            yield replace(wanted, trainer_ids=trainers), OTHER_TRAINER


def _ways(
    wanted: Wanted,
    world: World,
    rooms: Sequence[RoomFacts | None],
    *,
    days: int,
    price: int,
    not_before: datetime,
) -> Iterator[_Way]:
    slots = [_Slot.of(one) for one in wanted.periods]
    always = list(_of_the_day(slots, not_before))
    by_venue: dict[UUID | None, list[Span]] = {}
    for room in rooms:
        venue_id = room.venue_id if room else None
        if venue_id not in by_venue:
            by_venue[venue_id] = joined([*always, *_of_people_and_devices(wanted, world, slots, venue_id)])
        ruled_out = by_venue[venue_id] + (list(_of_room(room, slots)) if room else [])
        is_other = room is not None and room.id != wanted.room_id
        yield _Way(
            plan=wanted,
            room_id=room.id if room else None,
            is_as_wanted=not (days or is_other or price),
            price=price + (OTHER_ROOM if is_other else 0),
            points=_points_outside(ruled_out),
        )


@dataclass(frozen=True, slots=True)
class _Slot:
    """One meeting by the wall clock: its day, and when it begins and ends in minutes since that midnight."""

    day: Period
    midnight: datetime
    weekday: int
    starts: float
    ends: float

    @classmethod
    def of(cls, one: Period) -> "_Slot":
        begins, ends = local(one.start), local(one.end)
        day = begins.date()
        return cls(
            day=Period(at_venue(day, time()), at_venue(day + timedelta(days=1), time())),
            midnight=datetime.combine(day, time()),
            weekday=day.weekday(),
            starts=_of_clock(begins.time()),
            ends=_of_clock(ends.time()),
        )

    def minutes(self, moment: datetime) -> float:
        """The wall clock at that moment, in minutes since this midnight."""
        return (local(moment).replace(tzinfo=None) - self.midnight).total_seconds() / 60

    def ruled_out(self, start: float, end: float, *, before: int = 0, after: int = 0) -> Span:
        """By how many minutes the meeting must not move because of what lasts from `start` to `end` of its day."""
        return start - after - self.ends, end + before - self.starts


def _points_outside(ruled_out: Iterable[Span]) -> Iterator[int]:
    """Steps that lie in none of the open spans, the nearest to zero first."""
    spans = joined(ruled_out)
    later, earlier = 0, -STEP
    while True:
        later, earlier = _next_free(spans, later), _previous_free(spans, earlier)
        if later >= DAY and earlier <= -DAY:
            return
        if later < DAY and (later <= -earlier or earlier <= -DAY):
            yield later
            later += STEP
        else:
            yield earlier
            earlier -= STEP


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as few spans in order, none of which overlap. Spans that only touch leave their meeting point free."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _next_free(spans: Sequence[Span], point: int) -> int:
    for start, end in spans:
        if start < point < end:
            point = -int(-end // STEP) * STEP
    return point


def _previous_free(spans: Sequence[Span], point: int) -> int:
    for start, end in reversed(spans):
        if start < point < end:
            point = int(start // STEP) * STEP
    return point


def _of_the_day(slots: Sequence[_Slot], not_before: datetime) -> Iterator[Span]:
    """A meeting stays on its day, and in the future."""
    for slot in slots:
        yield -2 * DAY, -slot.starts
        yield DAY - slot.ends - 1, 2 * DAY  # midnight itself belongs to the next day
    first = min(slots, key=lambda slot: (slot.midnight, slot.starts))
    now = first.minutes(not_before)
    if now > -DAY:
        yield (
            -2 * DAY,
            now - first.starts + 0.001,
        )  # it begins later than now: the moment itself is ruled out as well


def _of_room(room: RoomFacts, slots: Sequence[_Slot]) -> Iterator[Span]:
    for slot in slots:
        if room.hours:
            yield from _outside(
                ((span.opens, span.closes) for span in room.hours if span.weekday == slot.weekday), slot
            )
        for busy in near(room.busy, slot.day, SET_UP):
            yield slot.ruled_out(
                slot.minutes(busy.period.start),
                slot.minutes(busy.period.end),
                before=room.setup_minutes,
                after=room.clearup_minutes,
            )


def _of_people_and_devices(
    wanted: Wanted, world: World, slots: Sequence[_Slot], venue_id: UUID | None
) -> Iterator[Span]:
    for trainer_id in wanted.trainer_ids:
        trainer = world.trainers.get(trainer_id)
        if trainer is not None:
            yield from _of_trainer(trainer, slots, venue_id, world)
    needs = merged(wanted.needs)
    kits = {need.kit_id for need in needs if need.kit_id}
    for need in needs:
        units = world.units_of(need)
        if need.model_id is not None:
            units = [unit for unit in units if unit.kit_id not in kits]
        if not need.note:
            for slot in slots:
                yield from _of_units(need, units, slot, venue_id, world)


def _of_trainer(
    trainer: Teacher, slots: Sequence[_Slot], venue_id: UUID | None, world: World
) -> Iterator[Span]:
    for slot in slots:
        if trainer.hours:
            yield from _outside(trainer.hours.get(slot.weekday, ()), slot)
        for away in trainer.absences:
            if away.period.overlaps(slot.day):
                yield slot.ruled_out(slot.minutes(away.period.start), slot.minutes(away.period.end))
        for start, end in _with_the_way(trainer.busy, slot, venue_id, world):
            yield slot.ruled_out(start, end)


def _of_units(
    need: Need, units: Sequence[UnitFacts], slot: _Slot, venue_id: UUID | None, world: World
) -> Iterator[Span]:
    """Where more units are taken than can be spared: a sweep over the spans of each unit."""
    spare = 0 if need.kit_id is not None and units else len(units) - need.count
    if spare < 0 or (need.kit_id is not None and not units):
        yield -2 * DAY, 2 * DAY
        return
    edges: list[tuple[float, int]] = []
    for unit in units:
        busy = unit.busy
        if need.kit_id is not None:  # a kit goes without what is being repaired
            busy = [one for one in busy if one.kind is not ReservationKind.REPAIR]
        taken = joined(
            slot.ruled_out(start, end, after=unit.turnaround_minutes)
            for start, end in _with_the_way(busy, slot, venue_id, world)
        )
        for start, end in taken:
            edges += [(start, 1), (end, -1)]
    missing, since = 0, 0.0
    for point, change in sorted(edges):
        before, missing = missing, missing + change
        if before <= spare < missing:
            since = point
        elif missing <= spare < before:
            yield since, point


def _with_the_way(busy: Sequence[Busy], slot: _Slot, venue_id: UUID | None, world: World) -> Iterator[Span]:
    """What takes somebody or something on that day, with the way from there and to there."""
    for taken in near(busy, slot.day, FARTHEST):
        travel = world.travel.between(taken.venue_id, venue_id)
        yield slot.minutes(taken.period.start) - travel, slot.minutes(taken.period.end) + travel


def _outside(open_spans: Iterable[tuple[time, time]], slot: _Slot) -> Iterator[Span]:
    """Moves that leave the open spans of the day; spans that touch are one."""
    spans: list[Span] = []
    for opens, closes in sorted(open_spans):
        start, end = _of_clock(opens), DAY if closes >= MIDNIGHT else _of_clock(closes)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    reached = -2.0 * DAY
    for start, end in spans:
        if end - start >= slot.ends - slot.starts:
            yield reached, start - slot.starts
            reached = end - slot.ends
    yield reached, 2 * DAY


def _of_clock(clock: time) -> float:
    return clock.hour * 60 + clock.minute + clock.second / 60


def _at_minute(moment: datetime, minutes: int) -> datetime:
    moved = local(moment).replace(tzinfo=None) + timedelta(minutes=minutes)
    return at_venue(moved.date(), moved.time())
