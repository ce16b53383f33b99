"""Decisions about attendance, as plain functions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.attendance.models import Presence, Units
from lms.kernel.clock import MINUTES_PER_UNIT

OPENS_BEFORE = timedelta(hours=1)


ATTENDED = frozenset({Presence.PRESENT, Presence.LATE})


@dataclass(frozen=True, slots=True)
class Taken:
    """One session as one person took part in it, and as they made it up elsewhere, where they did."""

    minutes: int
    presence: Presence | None
    minutes_late: int = 0
    made_up: "Taken | None" = None
    minutes_early: int = 0
    missed_units: Units = ()


def is_open(starts_at: datetime, now: datetime) -> bool:
    """Whether marks may be made: from an hour before the start."""
    return now >= starts_at - OPENS_BEFORE


def unit_count(minutes: int) -> int:
    """How many units a session has: as many as are whole, at least one; what is left belongs to the last."""
    return max(minutes // MINUTES_PER_UNIT, 1)


def whole_marking(minutes: int, minutes_late: int, minutes_early: int, missed_units: Collection[int]) -> bool:
    """Whether these numbers fit into a session of so many minutes and leave something of it."""
    units = set(range(1, unit_count(minutes) + 1))
    if minutes_late < 0 or minutes_early < 0 or not set(missed_units) <= units:
        return False
    return _minutes_left(minutes, minutes_late, minutes_early, missed_units) > 0


def attended_minutes(sessions: Iterable[Taken]) -> int:
    """Minutes somebody was there: all of a session when present, what was left of it when late, gone early or away for a unit."""
    return sum(minutes_counted(session) for session in sessions)


def minutes_counted(session: Taken) -> int:
    """What one session counts, in minutes.

    Of the session itself and of the one in which it was made up the better one counts, never both, and never more than the
    session itself would have lasted.
    """
    own = _minutes_there(session)
    return own if session.made_up is None else max(own, min(_minutes_there(session.made_up), session.minutes))


def counts_elsewhere(session: Taken) -> bool:
    """Whether it is the make-up that counts."""
    return session.made_up is not None and minutes_counted(session) > _minutes_there(session)


def _minutes_there(session: Taken) -> int:
    if session.presence not in ATTENDED:
        return 0
    late = session.minutes_late if session.presence is Presence.LATE else 0
    return _minutes_left(session.minutes, late, session.minutes_early, session.missed_units)


def _minutes_left(minutes: int, late: int, early: int, missed_units: Collection[int]) -> int:
    """What is left between coming and going without the missed units: a minute that is lost twice is lost once."""
    here, gone = max(late, 0), minutes - max(early, 0)
    left = max(gone - here, 0)
    last = unit_count(minutes)
    for number in set(missed_units) & set(range(1, last + 1)):
        begins = (number - 1) * MINUTES_PER_UNIT
        ends = minutes if number == last else number * MINUTES_PER_UNIT
        left -= max(min(ends, gone) - max(begins, here), 0)
    return left
