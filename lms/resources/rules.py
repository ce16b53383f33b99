"""When a place is open. Wall-clock hours outside, moments inside (domain rule 10)."""

from bisect import bisect_right
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
    begins, ends = local(period.start), local(period.end)
    days = begins.date(), ends.date()
    if days[0] == days[1] and begins.utcoffset() == ends.utcoffset() and not begins.fold:
        return _is_open_by_wall_clock(hours, begins, ends.time())
    return any(span.start <= period.start and period.end <= span.end for span in openings(hours, *days))


def _is_open_by_wall_clock(hours: Sequence[Hours], begins: datetime, ends: time) -> bool:
    """The same for nearly every period there is, within one day that no change of clocks parts: several times as quick."""
    weekday, reached = begins.weekday(), begins.time()
    for span in sorted(one for one in hours if one.weekday == weekday):
        if span.opens <= reached < span.closes:
            reached = time.max if span.closes >= MIDNIGHT else span.closes
    return reached >= ends


def openings(hours: Iterable[Hours], first: date, last: date) -> Sequence[Period]:
    """When a place is open from one day to another, both included, in order; what touches or overlaps is one."""
    of_weekday: dict[int, list[Hours]] = {}
    for span in sorted(hours):
        of_weekday.setdefault(span.weekday, []).append(span)
    found: list[Period] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for span in of_weekday.get(day.weekday(), ()):
            start, end = at_venue(day, span.opens), _end(day, span.closes)
            if start >= end:  # in the hour that a change of clocks leaves out
                continue
            if found and start <= found[-1].end:
                found[-1] = Period(found[-1].start, max(found[-1].end, end))
            else:
                found.append(Period(start, end))
    return found


def minutes_within(spans: Sequence[Period], period: Period) -> int:
    """How many minutes of the period lie within the spans, which are in order and do not overlap."""
    first = max(bisect_right(spans, period.start, key=lambda span: span.start) - 1, 0)
    total = timedelta()
    for span in spans[first:]:
        if span.start >= period.end:
            break
        total += max(min(span.end, period.end) - max(span.start, period.start), timedelta())
    return int(total.total_seconds() // 60)


def _end(day: date, closes: time) -> datetime:
    return at_venue(day + timedelta(days=1), time()) if closes >= MIDNIGHT else at_venue(day, closes)
