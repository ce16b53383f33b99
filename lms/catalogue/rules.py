"""What the state of a run means for somebody who looks at it now: derived from places and the clock, never stored."""

from datetime import datetime
from enum import StrEnum

from lms.catalogue.models import RunState

PUBLIC_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED, RunState.CANCELLED, RunState.COMPLETED})
"""What the public may read about; a draft is nobody's business."""

LISTED_STATES = frozenset({RunState.PUBLISHED, RunState.CONFIRMED, RunState.CANCELLED})
FEW = 3
"""From so many places left on we say how many."""

DAYPARTS = {"morning": 1, "afternoon": 2, "evening": 4}
"""The bits of `Run.dayparts`."""

HOURS_UNKNOWN = 8
"""A further bit: an imported programme names the days only, and the hours of the sessions are assumed."""


class Situation(StrEnum):
    """What a visitor can do about a run, in the order in which it is asked."""

    CANCELLED = "cancelled"
    ENDED = "ended"
    RUNNING = "running"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    FULL = "full"
    FEW = "few"
    FREE = "free"


def situation_of(
    state: RunState,
    *,
    free: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> Situation:
    """What a visitor can do right now. `free` are the places that somebody new can have."""
    answers = (
        (Situation.CANCELLED, state == RunState.CANCELLED),
        (Situation.ENDED, state == RunState.COMPLETED or (ends_at is not None and ends_at <= now)),
        (Situation.RUNNING, starts_at is not None and starts_at <= now),
        (Situation.NOT_YET, opens_at is not None and now < opens_at),
        (Situation.CLOSED, closes_at is not None and closes_at <= now),
        (Situation.FULL, free <= 0),
        (Situation.FEW, free <= FEW),
    )
    return next((situation for situation, holds in answers if holds), Situation.FREE)


def still_needed(minimum: int, occupied: int, state: RunState) -> int:
    """How many more people a run needs; none once it has been confirmed."""
    return 0 if state == RunState.CONFIRMED else max(minimum - occupied, 0)
