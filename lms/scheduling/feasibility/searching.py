"""The nearest alternatives that work in all dimensions, found by search over intervals.

A series is moved as a whole: `shift` days and some minutes of the wall clock. Whatever is in the way of one meeting rules
out an open interval of minutes; the union over all meetings, rooms, trainers and devices is what does not work, and the
nearest point outside it is the answer. Nothing is tried out: the cost grows with what lies near the wanted dates, not with
the number of possible times.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
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
OF_A_TRAINER = frozenset({Taken.TRAINER, Taken.TRAVEL, Taken.ABSENT, Taken.UNAVAILABLE})

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
    """The nearest plans that work, at most one for each day and room, the nearest first.

    `shifted` holds the meetings as they would be so many days earlier or later, holidays left out; day 0 is what was
    wanted. Nothing begins before `not_before`. Near means: few minutes away, a day being 1440 of them, another room
    OTHER_ROOM, another trainer OTHER_TRAINER.
    """
    rooms = _rooms(wanted, world)
    found: list[Alternative] = []
    for days in sorted(shifted, key=lambda day: (abs(day), day)):
        ranked = sorted(found, key=_order)
        if len(ranked) >= most and ranked[most - 1].cost <= abs(days) * DAY:
            break  # nothing on a day so far away can be nearer than what we have
        moved = wanted.at(shifted[days])
        if not moved.periods or any(
            local(one.start).date() != local(one.end).date() for one in moved.periods
        ):
            continue
        for plan, price in _variants(moved, world, is_first=days == 0):
            found += _on_day(plan, world, rooms, days=days, price=price, not_before=not_before)
    return sorted(found, key=_order)[:most]


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


def _on_day(
    wanted: Wanted,
    world: World,
    rooms: Sequence[RoomFacts | None],
    *,
    days: int,
    price: int,
    not_before: datetime,
) -> Iterator[Alternative]:
    by_venue: dict[UUID | None, list[Span]] = {}
    always = list(_of_the_day(wanted.periods, not_before))
    for room in rooms:
        venue_id = room.venue_id if room else None
        if venue_id not in by_venue:
            by_venue[venue_id] = [*always, *_of_people_and_devices(wanted, world, venue_id)]
        ruled_out = by_venue[venue_id] + (list(_of_room(room, wanted.periods)) if room else [])
        is_other = room is not None and room.id != wanted.room_id
        for minutes in _points_outside(ruled_out):
            if not (days or minutes or is_other or price):
                continue  # that is what was wanted, and the other dimensions said no
            room_id = room.id if room else None
            periods = moved_by(wanted.periods, minutes)
            plan = replace(wanted, periods=periods, room_id=room_id)
            if works(plan, world):  # the night of a change of clocks, in which minutes are not minutes
                yield Alternative(
                    periods=periods,
                    room_id=room_id,
                    trainer_ids=wanted.trainer_ids,
                    days=days,
                    minutes=minutes,
                    cost=abs(days) * DAY + abs(minutes) + (OTHER_ROOM if is_other else 0) + price,
                )
                break


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


def _of_the_day(periods: Sequence[Period], not_before: datetime) -> Iterator[Span]:
    """A meeting stays on its day, and in the future."""
    for one in periods:
        starts, ends = _minute(one.start), _minute(one.end)
        yield -2 * DAY, -starts
        yield DAY - ends - 1, 2 * DAY  # midnight itself belongs to the next day
    begins = min(one.start for one in periods)
    if begins <= not_before + timedelta(days=1):
        # begins later than now: the moment itself is ruled out as well
        yield -2 * DAY, (local(not_before).replace(tzinfo=None) - _wall(begins)).total_seconds() / 60 + 0.001


def _of_room(room: RoomFacts, periods: Sequence[Period]) -> Iterator[Span]:
    for one in periods:
        if room.hours:
            day = local(one.start).weekday()
            open_spans = [(span.opens, span.closes) for span in room.hours if span.weekday == day]
            yield from _outside(open_spans, one)
        for start, end in _around(room.busy, one):
            yield _ruled_out(one, start, end, before=room.setup_minutes, after=room.clearup_minutes)


def _of_people_and_devices(wanted: Wanted, world: World, venue_id: UUID | None) -> Iterator[Span]:
    for trainer_id in wanted.trainer_ids:
        trainer = world.trainers.get(trainer_id)
        if trainer is not None:
            yield from _of_trainer(trainer, wanted.periods, venue_id, world)
    needs = merged(wanted.needs)
    kits = {need.kit_id for need in needs if need.kit_id}
    for need in needs:
        units = world.units_of(need)
        if need.model_id is not None:
            units = [unit for unit in units if unit.kit_id not in kits]
        if not need.note:
            for one in wanted.periods:
                yield from _of_units(need, units, one, venue_id, world)


def _of_trainer(
    trainer: Teacher, periods: Sequence[Period], venue_id: UUID | None, world: World
) -> Iterator[Span]:
    for one in periods:
        if trainer.hours:
            yield from _outside(trainer.hours.get(local(one.start).weekday(), ()), one)
        for away in trainer.absences:
            if _is_near(away.period, one):
                yield _ruled_out(one, _minutes(away.period.start, one), _minutes(away.period.end, one))
        for busy in _around_venue(trainer.busy, one, venue_id, world):
            yield _ruled_out(one, *busy)


def _of_units(
    need: Need, units: Sequence[UnitFacts], one: Period, venue_id: UUID | None, world: World
) -> Iterator[Span]:
    """Where more units are taken than can be spared: a sweep over the spans of each unit."""
    spare = 0 if need.kit_id is not None and units else len(units) - need.count
    if spare < 0 or (need.kit_id is not None and not units):
        yield -2 * DAY, 2 * DAY
        return
    edges: list[tuple[float, int]] = []
    for unit in units:
        taken = joined(
            _ruled_out(one, start, end, after=unit.turnaround_minutes)
            for start, end in _around_venue(unit.busy, one, venue_id, world)
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


def _outside(open_spans: Iterable[tuple[time, time]], one: Period) -> Iterator[Span]:
    """Moves that leave the open spans of the day; spans that touch are one."""
    starts, ends = _minute(one.start), _minute(one.end)
    reached = -2.0 * DAY
    spans: list[Span] = []
    for opens, closes in sorted(open_spans):
        start, end = _of_clock(opens), DAY if closes >= MIDNIGHT else _of_clock(closes)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    for start, end in spans:
        if end - start < ends - starts:
            continue
        yield reached, start - starts
        reached = end - ends
    yield reached, 2 * DAY


def _around(busy: Sequence[Busy], one: Period) -> Iterator[Span]:
    for taken in near(busy, _day_of(one), timedelta(hours=4)):
        yield _minutes(taken.period.start, one), _minutes(taken.period.end, one)


def _around_venue(busy: Sequence[Busy], one: Period, venue_id: UUID | None, world: World) -> Iterator[Span]:
    for taken in near(busy, _day_of(one), FARTHEST):
        travel = world.travel.between(taken.venue_id, venue_id)
        yield _minutes(taken.period.start, one) - travel, _minutes(taken.period.end, one) + travel


def _ruled_out(one: Period, start: float, end: float, *, before: int = 0, after: int = 0) -> Span:
    """By how many minutes the meeting must not move because of what lasts from `start` to `end` of its day."""
    return start - after - _minute(one.end), end + before - _minute(one.start)


def _is_near(period: Period, one: Period) -> bool:
    return period.overlaps(_day_of(one).widened(before_minutes=240, after_minutes=240))


def _day_of(one: Period) -> Period:
    day = local(one.start).date()
    return Period(at_venue(day, time()), at_venue(day + timedelta(days=1), time()))


def _minutes(moment: datetime, one: Period) -> float:
    """The wall clock at that moment, in minutes since midnight of the meeting's day."""
    midnight = datetime.combine(local(one.start).date(), time())
    return (_wall(moment) - midnight).total_seconds() / 60


def _minute(moment: datetime) -> float:
    return _of_clock(local(moment).time())


def _of_clock(clock: time) -> float:
    return clock.hour * 60 + clock.minute + clock.second / 60


def _wall(moment: datetime) -> datetime:
    return local(moment).replace(tzinfo=None)


def _at_minute(moment: datetime, minutes: int) -> datetime:
    moved = _wall(moment) + timedelta(minutes=minutes)
    return at_venue(moved.date(), moved.time())
