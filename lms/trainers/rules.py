"""When somebody can teach: plain functions, no session, no request, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from lms.kernel.clock import local
from lms.kernel.period import Period

Hours = Mapping[int, Sequence[tuple[time, time]]]
"""Weekday (Monday is 0) to spans of the wall clock at the venues. Empty: nobody has said anything, so always."""

END_OF_DAY = time(23, 59)
"""Hours that close at 23:59 reach to midnight: a time of day cannot be 24:00."""


class Reason(StrEnum):
    """Why somebody cannot teach."""

    ABSENT = "absent"
    OUTSIDE_HOURS = "outside_hours"
    ENGAGED = "engaged"


@dataclass(frozen=True, slots=True)
class Away:
    """A period in which somebody cannot teach, and what they say about it."""

    period: Period
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrainerFacts:
    """What is known of one trainer: weekly hours, absences, topics and qualifications of the profile, their own calendar."""

    hours: Hours = field(default_factory=dict)
    absences: Sequence[Away] = ()
    topics: frozenset[str] = frozenset()
    qualifications: Sequence[str] = ()
    engaged: Sequence[Period] = ()
    """Busy by their own calendar: it is theirs, so it warns and forbids nothing."""


def can_teach(hours: Hours, absences: Sequence[Away], period: Period) -> Reason | None:
    """None when somebody with these hours and absences can teach the whole period, or else why not.

    Touching ends are no absence. An absence is said before the hours, because it is the stronger word. A weekday that
    `hours` does not name has none; when `hours` names no weekday at all, every hour will do.
    """
    if absence_in(absences, period) is not None:
        return Reason.ABSENT
    if hours and not all(_within(hours, *part) for part in _days(period)):
        return Reason.OUTSIDE_HOURS
    return None


def hindrance(facts: TrainerFacts, period: Period) -> Reason | None:
    """Why somebody should not be put down for the period without having been asked: `can_teach`, then their own calendar."""
    reason = can_teach(facts.hours, facts.absences, period)
    if reason is None and engaged_in(facts.engaged, period) is not None:
        return Reason.ENGAGED
    return reason


def absence_in(absences: Sequence[Away], period: Period) -> Away | None:
    """The first absence that shares a moment with the period."""
    return next((away for away in absences if away.period.overlaps(period)), None)


def engaged_in(engaged: Sequence[Period], period: Period) -> Period | None:
    """The first busy period of somebody's own calendar that shares a moment with the period."""
    return next((one for one in engaged if one.overlaps(period)), None)


def _within(hours: Hours, weekday: int, start: time, end: time) -> bool:
    """Whether one span of the day, or several that touch, cover it from `start` to `end`."""
    reached = start
    for opens, closes in sorted(hours.get(weekday, ())):
        if opens <= reached < closes:
            reached = closes
    return reached >= end


def _days(period: Period) -> Iterator[tuple[int, time, time]]:
    """The period by the wall clock, cut at each midnight: weekday, from, until."""
    begins, ends = local(period.start), local(period.end)
    day = begins.date()
    while day <= ends.date():
        start = begins.time() if day == begins.date() else time()
        end = ends.time() if day == ends.date() else END_OF_DAY
        if start < end:
            yield day.weekday(), start, end
        elif day == begins.date() == ends.date():
            # the hour that exists twice: the wall clock stands still or runs backwards, so the real end decides
            last = (datetime.combine(day, start) + timedelta(minutes=period.minutes)).time()
            yield day.weekday(), start, last if last > start else END_OF_DAY
        day += timedelta(days=1)
