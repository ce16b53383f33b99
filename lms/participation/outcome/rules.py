"""Decisions about what becomes of wishes: no session, no request, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

from lms.catalogue.models import RunState
from lms.participation.models import WishState

USUAL_DAYS = 7
"""So many days after a wished run is published only its supporters may enrol (F-N10)."""
MOST_DAYS = 30
ANSWERED = frozenset({WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE, WishState.REJECTED})


@dataclass(frozen=True, slots=True)
class Fate:
    """What is known of one published wish."""

    round_id: UUID | None
    state: WishState
    published_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many wishes went how far, and after how many days half of the answers were there."""

    wishes: int
    answered: int
    planned: int
    held: int
    days: int | None

    def percent(self, number: int) -> int:
        """A share of all wishes, rounded; 0 where there are none."""
        return round(100 * number / self.wishes) if self.wishes else 0


def conversion(fates: Iterable[Fate]) -> Conversion:
    """Counted out of single wishes. What was held had been planned, and what was planned has been answered."""
    known = list(fates)
    held = sum(one.state is WishState.DONE for one in known)
    planned = sum(one.state is WishState.PLANNED for one in known) + held
    waited = [
        (one.answered_at - one.published_at).days for one in known if one.answered_at and _is_answered(one)
    ]
    return Conversion(
        wishes=len(known),
        answered=sum(_is_answered(one) for one in known),
        planned=planned,
        held=held,
        days=round(median(max(0, days) for days in waited)) if waited else None,
    )


def _is_answered(one: Fate) -> bool:
    return one.state in ANSWERED


def goes_back(states: Sequence[RunState]) -> bool:
    """Whether a planned wish is open again: nothing is left of what was planned for it."""
    return all(state is RunState.CANCELLED for state in states)
