"""When a path is completed, as plain functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Demand:
    """What a path asks for: these courses, and so many of those to choose from."""

    required: frozenset[UUID]
    choices: frozenset[UUID] = frozenset()
    choices_needed: int = 0

    @property
    def total(self) -> int:
        """How many certificates lead to the end."""
        return len(self.required) + self.choices_needed

    @property
    def is_sound(self) -> bool:
        """Whether somebody can complete it, and not without doing anything; who may choose has to choose."""
        return (
            not self.required & self.choices
            and self.total > 0
            and self.choices_needed <= len(self.choices)
            and bool(self.choices) == bool(self.choices_needed)
        )


def done(demand: Demand, held: Collection[UUID]) -> int:
    """How many of the certificates that lead to the end somebody holds; more choices than needed count no further."""
    held = frozenset(held)
    return len(demand.required & held) + min(len(demand.choices & held), demand.choices_needed)


def is_completed(demand: Demand, held: Collection[UUID]) -> bool:
    """Whether somebody who holds the certificates of these courses has come to the end."""
    return done(demand, held) >= demand.total


def still_needed(demand: Demand, held: Collection[UUID], order: Sequence[UUID]) -> Sequence[UUID]:
    """The courses that lead on, in this order: what everybody needs, and the choices while one has to choose."""
    held = frozenset(held)
    may_choose = len(demand.choices & held) < demand.choices_needed
    return [
        course
        for course in order
        if course not in held and (course in demand.required or (may_choose and course in demand.choices))
    ]


def next_step(
    demand: Demand,
    held: Collection[UUID],
    taken: Collection[UUID],
    order: Sequence[UUID],
    before: Mapping[UUID, Collection[UUID]],
) -> UUID | None:
    """The course that comes next: the first that leads on, is not `taken` yet, and whose needed courses `before` are.

    None where nothing is left, or where everything left is under way.
    """
    known = frozenset(held) | frozenset(taken)
    open_ones = [course for course in still_needed(demand, held, order) if course not in known]
    return next((course for course in open_ones if known >= frozenset(before.get(course, ()))), None)


def demand_of(modules: Iterable[tuple[UUID, bool]], choices_needed: int) -> Demand:
    """The demand of courses that are required or to choose from."""
    listed = list(modules)
    return Demand(
        required=frozenset(course for course, is_required in listed if is_required),
        choices=frozenset(course for course, is_required in listed if not is_required),
        choices_needed=choices_needed,
    )
