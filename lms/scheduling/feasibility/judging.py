"""What is in the way of a plan, each obstacle by itself."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.rules import is_open
from lms.scheduling.errors import Clash, Taken
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
from lms.trainers.rules import Reason, absence_in, can_teach, engaged_in

FARTHEST = timedelta(hours=6)
"""Nobody is planned to travel longer than this from one venue of the centre to another."""


def obstacles(wanted: Wanted, world: World) -> Sequence[Clash]:
    """Everything in the way: first what is wrong with the room and the trainers as such, then date by date in order of time."""
    room = world.rooms.get(wanted.room_id) if wanted.room_id else None
    found = list(_unfit(wanted, room)) if room is not None else []
    found += _unqualified(wanted, world)
    needs = merged(wanted.needs)
    for period in sorted(wanted.periods, key=lambda one: one.start):
        found += _on_date(wanted, world, room, needs, period)
    return found


def works(wanted: Wanted, world: World) -> bool:
    """Whether nothing that forbids it is in the way."""
    return all(clash.is_hint for clash in obstacles(wanted, world))


def _unfit(wanted: Wanted, room: RoomFacts) -> Iterator[Clash]:
    if wanted.seats > room.seats:
        yield Clash(
            taken=Taken.SEATS,
            name=room.name,
            wanting=wanted.seats,
            found=room.seats,
            is_hint=bool(wanted.room_override_reason),
        )
    missing = tuple(sorted(wanted.equipment - room.equipment))
    if missing:
        yield Clash(taken=Taken.EQUIPMENT, name=room.name, missing=missing)
    if wanted.step_free and not room.step_free:
        yield Clash(taken=Taken.STEPS, name=room.name)
    if wanted.hearing_loop and not room.hearing_loop:
        yield Clash(taken=Taken.HEARING, name=room.name)


def _unqualified(wanted: Wanted, world: World) -> Iterator[Clash]:
    for trainer_id in wanted.trainer_ids:
        trainer = world.trainers.get(trainer_id)
        if trainer is None:
            continue
        for one in world.lacking.get(trainer_id, ()):
            taken = Taken.QUALIFICATION if one.name else Taken.CONDUCT
            missing = (one.name,) if one.name else ()
            yield Clash(taken=taken, name=trainer.name, missing=missing, trainer_id=trainer_id)


def _on_date(
    wanted: Wanted, world: World, room: RoomFacts | None, needs: Sequence[Need], period: Period
) -> Iterator[Clash]:
    day = local(period.start).date()
    if day in world.closed and day not in wanted.keep:
        yield Clash(taken=Taken.HOLIDAY, name=world.closed[day], wanted=period)
    venue_id = None
    if room is not None:
        venue_id = room.venue_id
        yield from _room_taken(room, period)
    for trainer_id in wanted.trainer_ids:
        trainer = world.trainers.get(trainer_id)
        if trainer is not None:
            yield from _trainer_taken(trainer, period, venue_id, world)
    yield from _devices_missing(needs, period, venue_id, world)


def _room_taken(room: RoomFacts, period: Period) -> Iterator[Clash]:
    if not is_open(room.hours, period):
        yield Clash(taken=Taken.HOURS, name=room.name, wanted=period)
    widened = period.widened(before_minutes=room.setup_minutes, after_minutes=room.clearup_minutes)
    for busy in near(room.busy, widened, timedelta()):
        yield _clash(Taken.ROOM, room.name, period, busy)


def _trainer_taken(trainer: Teacher, period: Period, venue_id: UUID | None, world: World) -> Iterator[Clash]:
    if (absence := absence_in(trainer.absences, period)) is not None:
        yield Clash(taken=Taken.ABSENT, name=trainer.name, wanted=period, occupied=absence.period)
    elif can_teach(trainer.hours, (), period) is Reason.OUTSIDE_HOURS:
        yield Clash(taken=Taken.UNAVAILABLE, name=trainer.name, wanted=period)
    if (engaged := engaged_in(trainer.engaged, period)) is not None:
        yield Clash(taken=Taken.ENGAGED, name=trainer.name, wanted=period, occupied=engaged, is_hint=True)
    for busy in near(trainer.busy, period, FARTHEST):
        if busy.period.overlaps(period):
            yield _clash(Taken.TRAINER, trainer.name, period, busy)
        elif (minutes := world.travel.between(busy.venue_id, venue_id)) > gap_minutes(busy.period, period):
            yield _clash(Taken.TRAVEL, trainer.name, period, busy, minutes=minutes)


def _devices_missing(
    needs: Sequence[Need], period: Period, venue_id: UUID | None, world: World
) -> Iterator[Clash]:
    spoken_for: set[UUID] = set()
    for need in needs:
        units = world.units_of(need)
        broken = []
        if need.kit_id is not None:  # a kit goes without what is being repaired
            broken = [unit for unit in units if is_in_repair(unit, period)]
            units = [unit for unit in units if unit not in broken]
        free = [
            unit for unit in units if unit.id not in spoken_for and is_free(unit, period, venue_id, world)
        ]
        name = world.names.get(need.kit_id or need.model_id or UUID(int=0), "")
        if need.kit_id is not None:
            spoken_for |= {unit.id for unit in units}
            if len(free) < len(units) or not units:
                yield Clash(
                    taken=Taken.KIT, name=name, wanted=period, wanting=len(units), found=len(free),
                    is_hint=bool(need.note),
                )  # fmt: skip
            elif broken:
                yield Clash(
                    taken=Taken.KIT, name=name, wanted=period, wanting=len(units) + len(broken), found=len(free),
                    is_hint=True,
                )  # fmt: skip
            if missing := tuple(world.missing_parts.get(need.kit_id, ())):
                yield Clash(taken=Taken.PARTS, name=name, wanted=period, missing=missing, is_hint=True)
        elif len(free) < need.count:
            yield Clash(
                taken=Taken.DEVICES, name=name, wanted=period, wanting=need.count, found=len(free),
                is_hint=bool(need.note),
            )  # fmt: skip


def is_in_repair(unit: UnitFacts, period: Period) -> bool:
    """Whether a repair takes the unit at any moment of this use of it."""
    needed = period.widened(before_minutes=0, after_minutes=unit.turnaround_minutes)
    return any(busy.kind is ReservationKind.REPAIR for busy in near(unit.busy, needed, timedelta()))


def is_free(unit: UnitFacts, period: Period, venue_id: UUID | None, world: World) -> bool:
    """Whether the unit can be at this venue for the period and be made ready afterwards."""
    needed = period.widened(before_minutes=0, after_minutes=unit.turnaround_minutes)
    return not any(
        busy.period.overlaps(needed)
        or world.travel.between(busy.venue_id, venue_id) > gap_minutes(busy.period, needed)
        for busy in near(unit.busy, needed, FARTHEST)
    )


def gap_minutes(one: Period, other: Period) -> float:
    """The time between two periods that do not overlap, in minutes."""
    apart = other.start - one.end if one.end <= other.start else one.start - other.end
    return apart.total_seconds() / 60


def _clash(taken: Taken, name: str, wanted: Period, busy: Busy, *, minutes: int = 0) -> Clash:
    return Clash(
        taken=taken, name=name, wanted=wanted, occupied=busy.period, purpose=busy.purpose, kind=busy.kind,
        minutes=minutes,
    )  # fmt: skip
