"""Which devices a session gets: free of database, request and clock."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from lms.kernel.period import Period

Travel = Callable[[UUID | None, UUID | None], int]
"""Minutes from one venue to another; none from or to nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """So many of a model, or one kit. `note` says why fewer will do; empty: fewer will not do."""

    count: int
    model_id: UUID | None = None
    kit_id: UUID | None = None
    name: str = ""
    name_en: str = ""
    note: str = ""
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One device that is there. `home_id` is the venue of its kit, else its own."""

    id: UUID
    number: str
    model_id: UUID
    kit_id: UUID | None = None
    home_id: UUID | None = None
    travels: bool = False
    turnaround_minutes: int = 0

    def use(self, period: Period) -> Period:
        """How long a session takes it: until it is ready for somebody else."""
        return period.widened(before_minutes=0, after_minutes=self.turnaround_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A firm reservation of a unit, turnaround included, and where the unit is meanwhile."""

    period: Period
    venue_id: UUID | None = None
    is_repair: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """Fewer devices than needed."""

    need: Need
    wanted: int
    found: int

    @property
    def name(self) -> str:
        """What is short, in German."""
        return self.need.name

    @property
    def name_en(self) -> str:
        """What is short, in English; empty where nobody has translated it."""
        return self.need.name_en

    @property
    def is_accepted(self) -> bool:
        """Whether somebody has said why it will do."""
        return bool(self.need.note.strip())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The units of one session, and what is short."""

    units: Sequence[Unit] = ()
    shortages: Sequence[Shortage] = field(default=())


def is_free(
    unit: Unit, period: Period, *, venue_id: UUID | None, taken: Iterable[Taken], travel: Travel
) -> bool:
    """Whether the unit can be at this venue from the first moment and be ready where it is wanted next."""
    use = unit.use(period)
    for other in taken:
        arrives = other.period.end + timedelta(minutes=travel(other.venue_id, venue_id))
        back = use.end + timedelta(minutes=travel(venue_id, other.venue_id))
        if not (arrives <= use.start or back <= other.period.start):
            return False
    return True


def is_in_repair(unit: Unit, period: Period, taken: Iterable[Taken]) -> bool:
    """Whether a repair makes the unit unusable at any moment of its use."""
    use = unit.use(period)
    return any(one.is_repair and one.period.overlaps(use) for one in taken)


def assign(
    needs: Sequence[Need],
    units: Sequence[Unit],
    *,
    free: Collection[UUID],
    venue_id: UUID | None = None,
    held: Collection[UUID] = (),
) -> Assignment:
    """Give each need its units. `units` are those not in repair, `free` says which of them nobody else has.

    A kit is taken whole: all its units and no others. After the kits the models take what is left, first what the session
    holds already, then whole kits: those at home here before those that travel before the rest.
    """
    left = {unit.id: unit for unit in units if unit.id in free}
    chosen: list[Unit] = []
    shortages: list[Shortage] = []
    for need in sorted(needs, key=lambda need: need.kit_id is None):
        if need.kit_id is not None:
            wanted = max(1, sum(unit.kit_id == need.kit_id for unit in units))
            found = [unit for unit in left.values() if unit.kit_id == need.kit_id]
        else:
            wanted = need.count
            fitting = [unit for unit in left.values() if unit.model_id == need.model_id]
            found = choose(fitting, wanted, venue_id=venue_id, held=held)
        for unit in found:
            del left[unit.id]
        chosen += found
        if len(found) < wanted:
            shortages.append(Shortage(need, wanted, len(found)))
    return Assignment(sorted(chosen, key=lambda unit: unit.number), shortages)


def choose(
    units: Sequence[Unit], count: int, *, venue_id: UUID | None = None, held: Collection[UUID] = ()
) -> list[Unit]:
    """The best `count` of these units, or all of them when they are fewer."""
    kept = sorted((unit for unit in units if unit.id in held), key=lambda unit: unit.number)[:count]
    groups: dict[tuple[UUID | None, UUID | None], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.id not in held:
            groups[unit.kit_id, unit.home_id if unit.kit_id is None else None].append(unit)
    chosen = list(kept)
    while groups and len(chosen) < count:
        missing = count - len(chosen)
        key = min(groups, key=lambda key: _rank(groups[key], missing, venue_id))
        chosen += sorted(groups.pop(key), key=lambda unit: unit.number)[:missing]
    return chosen


def _rank(group: Sequence[Unit], missing: int, venue_id: UUID | None) -> tuple[int, bool, int, str]:
    """Near first; then the smallest group that suffices alone, else the largest that does not."""
    one = group[0]
    distance = 0 if one.home_id == venue_id else 1 if one.travels else 2
    suffices = len(group) >= missing
    size = len(group) if suffices else -len(group)
    return distance, not suffices, size, min(unit.number for unit in group)


def free_units(
    units: Iterable[Unit],
    period: Period,
    *,
    venue_id: UUID | None,
    taken: dict[UUID, list[Taken]],
    travel: Travel,
) -> set[UUID]:
    """Which of these units a session in this period at this venue could have."""
    return {
        unit.id
        for unit in units
        if is_free(unit, period, venue_id=venue_id, taken=taken.get(unit.id, ()), travel=travel)
    }
