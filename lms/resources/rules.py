"""When a place is open. Wall-clock hours outside, moments inside (domain rule 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period

MIDNIGHT = time(23, 59)
"""Who writes 23:59 as the end means until midnight: a time of day knows no 24:00."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """Open on a weekday (Monday is 0) from one time of the wall clock to another."""

    weekday: int
    opens: time
    closes: time


def is_open(hours: Sequence[Hours], period: Period) -> bool:
    """Whether a place is open during the whole period. Without any hours nobody has said when it is closed: it is open.

    The period is that of the session itself: whoever sets up and clears up has a key.
    """
    if not hours:
        return True
    reached = period.start
    for start, end in _openings(hours, local(period.start).date(), local(period.end).date()):
        if start <= reached < end:
            reached = end
    return reached >= period.end


def open_minutes(hours: Iterable[Hours], first: date, last: date) -> int:
    """How many minutes a place is open from one day to another, both included; spans that overlap count once."""
    total, reached = 0, None
    for start, end in _openings(hours, first, last):
        begins = start if reached is None else max(start, reached)
        if begins < end:
            total += int((end - begins).total_seconds() // 60)
            reached = end
    return total


def _openings(hours: Iterable[Hours], first: date, last: date) -> list[tuple[datetime, datetime]]:
    of_weekday: dict[int, list[Hours]] = {}
    for span in sorted(hours):
        of_weekday.setdefault(span.weekday, []).append(span)
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for span in of_weekday.get(day.weekday(), ()):
            end = (
                at_venue(day + timedelta(days=1), time())
                if span.closes >= MIDNIGHT
                else at_venue(day, span.closes)
            )
            found.append((at_venue(day, span.opens), end))
    return found
