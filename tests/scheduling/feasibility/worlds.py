"""Made-up worlds and plans, and a naive judge to hold ours against: it tries everything and overlaps everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from hypothesis import strategies as st

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.resources.rules import Hours
from lms.scheduling.feasibility.world import Busy, Need, RoomFacts, Teacher, UnitFacts, Wanted, World
from lms.trainers.rules import Away

SPACE = UUID(int=7)
VENUES = (UUID(int=1), UUID(int=2))
MODEL, KIT = UUID(int=11), UUID(int=12)
MONDAY = date(2026, 10, 19)
"""The clocks go back in the night to the Sunday after it."""
DAYS = 14
BUSY_DAYS = (4, 9)
"""Plans and what they run into lie close together, or else hardly any plan would meet anything."""


@dataclass(frozen=True)
class Ways:
    """So many minutes between the two venues."""

    minutes: int

    def between(self, one: UUID | None, other: UUID | None) -> int:
        return 0 if one is None or other is None or one == other else self.minutes


def name_of(kind: str, number: int) -> UUID:
    return uuid5(SPACE, f"{kind}{number}")


def on(day: int, hour: float, minutes: int) -> Period:
    start = at_venue(MONDAY + timedelta(days=day), time(int(hour), round(hour % 1 * 60)))
    return Period(start, start + timedelta(minutes=minutes))


def busy_days(most: int) -> st.SearchStrategy[Sequence[Busy]]:
    """Reservations without overlaps, in order of time."""
    one = st.tuples(
        st.integers(*BUSY_DAYS),
        st.sampled_from([8 + quarter / 4 for quarter in range(48)]),
        st.sampled_from([15, 45, 90, 120, 300]),
        st.sampled_from([*VENUES, None]),
    )

    def tidy(drawn: list[tuple[int, float, int, UUID | None]]) -> Sequence[Busy]:
        kept: list[Busy] = []
        for day, hour, minutes, venue in sorted(drawn, key=lambda one: (one[0], one[1], one[2])):
            period = on(day, hour, minutes)
            if not kept or kept[-1].period.end <= period.start:
                kept.append(Busy(period, "26-0001", venue))
        return kept

    return st.lists(one, min_size=most // 2, max_size=most).map(tidy)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to three rooms, two trainers, four devices of one model (two of them a kit), hours, absences, holidays."""
    opening = st.sampled_from(
        [
            (),
            tuple(Hours(day, time(8), time(21)) for day in range(7)),
            tuple(
                Hours(day, *span) for day in range(6) for span in ((time(9), time(12)), (time(12), time(17)))
            ),
        ]
    )
    rooms = {}
    for number in range(draw(st.integers(1, 3))):
        rooms[name_of("room", number)] = RoomFacts(
            id=name_of("room", number),
            name=f"Raum {number}",
            seats=draw(st.sampled_from([6, 12])),
            venue_id=draw(st.sampled_from(VENUES)),
            setup_minutes=draw(st.sampled_from([0, 15])),
            clearup_minutes=draw(st.sampled_from([0, 30])),
            step_free=draw(st.sampled_from([True, True, False])),
            hours=draw(opening),
            busy=draw(busy_days(40)),
        )
    trainers = {}
    for number in range(2):
        absent = draw(st.lists(st.integers(*BUSY_DAYS), max_size=1))
        trainers[name_of("trainer", number)] = Teacher(
            id=name_of("trainer", number),
            name=f"Kursleitung {number}",
            hours=draw(st.sampled_from([{}, {day: ((time(8), time(18)),) for day in range(5)}])),
            absences=[Away(on(day, 0, 24 * 60)) for day in absent],
            busy=draw(busy_days(20)),
        )
    units = [
        UnitFacts(
            id=name_of("unit", number),
            model_id=MODEL,
            kit_id=KIT if number < 2 else None,
            turnaround_minutes=draw(st.sampled_from([0, 15])),
            busy=draw(busy_days(20)),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    closed = {
        MONDAY + timedelta(days=day): "Feiertag"
        for day in draw(st.sets(st.integers(0, DAYS - 1), max_size=2))
    }
    return World(
        travel=Ways(draw(st.sampled_from([0, 20, 45]))),
        rooms=rooms,
        trainers=trainers,
        units=units,
        stand_ins=draw(st.sampled_from([(), (name_of("trainer", 1),), (name_of("trainer", 1),)])),
        closed=closed,
    )


@st.composite
def plans(draw: st.DrawFn, world: World) -> Wanted:
    """One to three meetings at the same hour, with or without room, trainers and devices."""
    hour = draw(st.sampled_from([9, 10.25, 13, 17.5]))
    minutes = draw(st.sampled_from([45, 90]))
    days = sorted(draw(st.sets(st.integers(*BUSY_DAYS), min_size=1, max_size=3)))
    needs = draw(
        st.sampled_from(
            [(), (Need(2, model_id=MODEL),), (Need(1, kit_id=KIT), Need(1, model_id=MODEL)), (Need(4, model_id=MODEL, note="zu zweit"),)]
        )
    )  # fmt: skip
    return Wanted(
        periods=[on(day, hour, minutes) for day in days],
        room_id=draw(st.sampled_from([*world.rooms, None])),
        trainer_ids=draw(st.sampled_from([(), (name_of("trainer", 0),), (name_of("trainer", 0), name_of("trainer", 1))])),
        needs=needs,
        seats=draw(st.sampled_from([0, 8])),
        step_free=draw(st.sampled_from([False, False, True])),
    )  # fmt: skip


def works_naively(wanted: Wanted, world: World) -> bool:
    """The same question asked of every minute of everything."""
    room = world.rooms.get(wanted.room_id) if wanted.room_id else None
    if room and (
        (wanted.seats > room.seats and not wanted.room_override_reason)
        or (wanted.step_free and not room.step_free)
        or not wanted.equipment <= room.equipment
    ):
        return False
    venue = room.venue_id if room else None
    return all(_date_works(wanted, world, room, venue, period) for period in wanted.periods)


def best_naively(
    wanted: Wanted, world: World, shifted: Mapping[int, Sequence[Period]], not_before: datetime
) -> list[tuple[int, int, int, UUID | None, tuple[UUID, ...]]]:
    """Every quarter of an hour of every day in every room, by hand: cost, days, minutes, room, trainers; cheapest of each room and day."""
    rooms = list(world.rooms.values()) if wanted.room_id else [None]
    found = []
    for days, periods in shifted.items():
        for trainers, price in _trainers(wanted, world, days):
            for room in rooms:
                best: tuple[int, int, int, UUID | None, tuple[UUID, ...]] | None = None
                for minutes in range(-95 * 15, 96 * 15, 15):
                    moved = [_moved(one, minutes) for one in periods]
                    if any(
                        one is None
                        or local(one.start).date() != local(one.end).date()
                        or one.start <= not_before
                        for one in moved
                    ):
                        continue
                    if any(
                        local(one.start).date() != local(old.start).date()
                        for one, old in zip(moved, periods, strict=True)
                        if one
                    ):
                        continue
                    is_other = room is not None and room.id != wanted.room_id
                    if not (days or minutes or is_other or price):
                        continue
                    plan = replace(
                        wanted,
                        periods=[one for one in moved if one],
                        room_id=room.id if room else None,
                        trainer_ids=trainers,
                    )
                    cost = abs(days) * 1440 + abs(minutes) + (30 if is_other else 0) + price
                    if (best is None or cost < best[0]) and works_naively(plan, world):
                        best = (cost, days, minutes, plan.room_id, trainers)
                if best is not None:
                    found.append(best)
    return sorted(found, key=lambda one: one[0])


def _trainers(wanted: Wanted, world: World, days: int) -> list[tuple[tuple[UUID, ...], int]]:
    plain = [(wanted.trainer_ids, 0)]
    if days or not world.stand_ins:
        return plain
    hindered = [
        one
        for one in wanted.trainer_ids
        if not works_naively(
            replace(wanted, trainer_ids=(one,), needs=(), seats=0, step_free=False), _only_people(world)
        )
    ]
    if len(hindered) != 1:
        return plain
    others = [one for one in world.stand_ins if one not in wanted.trainer_ids]
    return plain + [
        (tuple(new if old == hindered[0] else old for old in wanted.trainer_ids), 60) for new in others
    ]


def _only_people(world: World) -> World:
    rooms = {key: replace(room, busy=(), hours=()) for key, room in world.rooms.items()}
    return replace(world, rooms=rooms, closed={})


def _moved(one: Period, minutes: int) -> Period | None:
    starts = local(one.start).replace(tzinfo=None) + timedelta(minutes=minutes)
    ends = local(one.end).replace(tzinfo=None) + timedelta(minutes=minutes)
    try:
        return Period(at_venue(starts.date(), starts.time()), at_venue(ends.date(), ends.time()))
    except ValueError:
        return None


def _date_works(
    wanted: Wanted, world: World, room: RoomFacts | None, venue: UUID | None, period: Period
) -> bool:
    day = local(period.start).date()
    return (
        (day not in world.closed or day in wanted.keep)
        and (room is None or _room_works(room, period))
        and all(_trainer_works(one, world, venue, period) for one in wanted.trainer_ids)
        and _devices_work(wanted, world, venue, period)
    )


def _room_works(room: RoomFacts, period: Period) -> bool:
    before, after = timedelta(minutes=room.setup_minutes), timedelta(minutes=room.clearup_minutes)
    is_free = not any(_meet(one.period, period.start - before, period.end + after) for one in room.busy)
    return is_free and (not room.hours or _open(room.hours, period))


def _trainer_works(trainer_id: UUID, world: World, venue: UUID | None, period: Period) -> bool:
    trainer = world.trainers[trainer_id]
    spans = [Hours(day, *span) for day, found in trainer.hours.items() for span in found]
    return (
        not any(_meet(away.period, period.start, period.end) for away in trainer.absences)
        and (not spans or _open(spans, period))
        and all(_reachable(one, period, venue, world) for one in trainer.busy)
    )


def _devices_work(wanted: Wanted, world: World, venue: UUID | None, period: Period) -> bool:
    used: set[UUID] = set()
    for need in sorted(wanted.needs, key=lambda need: need.kit_id is None):
        units = [
            unit
            for unit in world.units
            if (unit.kit_id == need.kit_id if need.kit_id else unit.model_id == need.model_id)
            and unit.id not in used
        ]
        free = [unit for unit in units if _unit_works(unit, world, venue, period)]
        if need.kit_id:
            used |= {unit.id for unit in units}
        enough = len(free) == len(units) > 0 if need.kit_id else len(free) >= need.count
        if not enough and not need.note:
            return False
    return True


def _unit_works(unit: UnitFacts, world: World, venue: UUID | None, period: Period) -> bool:
    whole = Period(period.start, period.end + timedelta(minutes=unit.turnaround_minutes))
    return all(_reachable(one, whole, venue, world) for one in unit.busy)


def _meet(one: Period, start: datetime, end: datetime) -> bool:
    return one.start < end and start < one.end


def _reachable(busy: Busy, period: Period, venue: UUID | None, world: World) -> bool:
    way = timedelta(minutes=world.travel.between(busy.venue_id, venue))
    return busy.period.end + way <= period.start or period.end + way <= busy.period.start


def _open(hours: Sequence[Hours], period: Period) -> bool:
    """Minute by minute."""
    moment = period.start
    while moment < period.end:
        wall = local(moment)
        if not any(one.weekday == wall.weekday() and one.opens <= wall.time() < one.closes for one in hours):
            return False
        moment += timedelta(minutes=15)
    return True


NOW = datetime(2026, 10, 19, 5, 0, tzinfo=UTC)
