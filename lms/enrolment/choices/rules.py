"""The proposal: who of those who wait could have a place in a run they would also take. No session, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from lms.enrolment.rules import newcomer_fits


class Why(StrEnum):
    """What there is to say about one choice of a party."""

    FITS = "fits"
    FULL = "full"
    TOO_FEW = "too_few"
    OTHERS_WAIT = "others_wait"
    CLOSED = "closed"
    ASKED = "asked"
    """It was offered, and not taken."""
    PENDING = "pending"
    """It is offered now, and not answered yet."""


@dataclass(frozen=True, slots=True)
class Room:
    """How it stands in a run that was chosen. `is_open`: it can be booked, and its free places go to whoever waits."""

    free: int
    smallest_waiting: int | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A waiting party with its choices, the better liked first. `asked` has those it was offered: True where that is open."""

    party_id: UUID
    size: int
    run_ids: tuple[UUID, ...]
    asked: Mapping[UUID, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of looking at one choice."""

    rank: int
    run_id: UUID
    why: Why


@dataclass(frozen=True, slots=True)
class Line:
    """The proposal for one party: the choices looked at, the last of which fits where one does."""

    party_id: UUID
    verdicts: tuple[Verdict, ...]

    @property
    def run_id(self) -> UUID | None:
        """Where the party could have its places; None where nowhere."""
        return next((one.run_id for one in self.verdicts if one.why is Why.FITS), None)


def propose(wishes: Iterable[Wish], rooms: Mapping[UUID, Room]) -> list[Line]:
    """For each party, in the order given, its first choice with places for all of it; each place is given once.

    Nobody who waits in a chosen run is overtaken, and a party that has yet to answer such an offer gets no second one.
    """
    free = {run_id: room.free for run_id, room in rooms.items()}
    lines = []
    for wish in wishes:
        verdicts: list[Verdict] = []
        for rank, run_id in _to_look_at(wish):
            why = _look(wish, run_id, rooms[run_id], free[run_id])
            verdicts.append(Verdict(rank, run_id, why))
            if why is Why.FITS:
                free[run_id] -= wish.size
                break
        lines.append(Line(wish.party_id, tuple(verdicts)))
    return lines


def _to_look_at(wish: Wish) -> list[tuple[int, UUID]]:
    """The choices with their ranks; only the one that is offered now, where there is such a one."""
    ranked = list(enumerate(wish.run_ids, start=1))
    return [(rank, run_id) for rank, run_id in ranked if wish.asked.get(run_id)] or ranked


def _look(wish: Wish, run_id: UUID, room: Room, free: int) -> Why:
    if run_id in wish.asked:
        return Why.PENDING if wish.asked[run_id] else Why.ASKED
    if not room.is_open:
        return Why.CLOSED
    if wish.size > free:
        return Why.TOO_FEW if free > 0 else Why.FULL
    fits = newcomer_fits(
        wish.size, free=free, held=0, smallest_waiting=room.smallest_waiting, promoting=room.is_open
    )
    return Why.FITS if fits else Why.OTHERS_WAIT
