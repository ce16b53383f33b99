"""Who may need help, as plain functions. There is no ranking and no measuring of time: only days, and reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.attendance.models import Presence

ABSENT_IN_A_ROW = 2


class Reason(StrEnum):
    """Why somebody may need help, in the order in which it is said."""

    CALLS = "ruft"
    """They have asked for help and nobody has come yet."""
    ABSENT = "fehlt"
    """They were absent twice in a row."""
    NOT_BEGUN = "nicht-begonnen"
    STUCK = "stockt"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at. `seen_at` is when they were in a lesson last, `open_left` how many open lessons are not done.

    `marks` are those of past sessions in order of time, as far as there are any.
    """

    seen_at: datetime | None
    open_left: int
    marks: Sequence[Presence] = ()
    calls: int = 0


def reasons(facts: Facts, *, has_begun: bool, stuck_days: int, now: datetime) -> Sequence[Reason]:
    """Every reason. Nobody is late before their run `has_begun`, and nobody is stuck who has done what is open."""
    last = facts.marks[-ABSENT_IN_A_ROW:]
    found = []
    if facts.calls:
        found.append(Reason.CALLS)
    if len(last) == ABSENT_IN_A_ROW and all(one is Presence.ABSENT for one in last):
        found.append(Reason.ABSENT)
    if has_begun and facts.open_left:
        if facts.seen_at is None:
            found.append(Reason.NOT_BEGUN)
        elif now - facts.seen_at >= timedelta(days=stuck_days):
            found.append(Reason.STUCK)
    return found
