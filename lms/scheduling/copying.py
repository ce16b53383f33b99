"""Moving the dates of a run into another term, as plain functions: no session, no request, no clock (F-B09).

A run that met by rule meets by the same rule again; one whose dates were chosen singly keeps their distances. Whatever
falls on a closed day is left out, and the run goes on longer instead, so that it has as many sessions as before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from math import gcd

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.scheduling.errors import RuleTooLong

WEEK = timedelta(weeks=1)
HORIZON = timedelta(days=2 * 366)


class Kept(StrEnum):
    """What goes along into the copy. Course, places and the sessions' times always do."""

    ROOM = "room"
    TRAINERS = "trainers"
    DEVICES = "devices"
    TASKS = "tasks"
    PRICES = "prices"
    NOTES = "notes"
    DROP_INS = "drop_ins"


@dataclass(frozen=True, slots=True)
class Moved:
    """The new dates in order, and those that were left out on the way with the reason."""

    periods: Sequence[Period]
    skipped: Sequence[tuple[Period, str]] = ()

    @property
    def in_order(self) -> Sequence[tuple[Period, str]]:
        """Everything by time; what takes place has no reason."""
        lines = [*((period, "") for period in self.periods), *self.skipped]
        return sorted(lines, key=lambda line: line[0].start)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time of the week, by the wall clock."""

    weekday: int
    starts_at: time
    minutes: int


def shift_to(first: date, target: date) -> int:
    """By how many days `first` moves to become the first day of its weekday from `target` on: a number of whole weeks.

    Negative when the target lies before it.
    """
    return (target - first).days + (first.weekday() - target.weekday()) % 7


def moved(
    periods: Sequence[Period], shift_days: int, *, closed: Mapping[date, str], left_out: frozenset[date]
) -> Moved:
    """These sessions `shift_days` (whole weeks) later, on the same weekdays at the same wall-clock times.

    `closed` are the days on which nothing is taught, old and new ones; `left_out` the days that the old run skipped.
    Raises RuleTooLong when two years do not suffice.
    """
    if not periods:
        return Moved([])
    ordered = sorted(periods, key=lambda period: period.start)
    rule = _rule_of(ordered, left_out | closed.keys())
    if rule is None:
        return _one_by_one(ordered, timedelta(days=shift_days), closed)
    slots, interval = rule
    first = _day(ordered[0]) + timedelta(days=shift_days)
    return _by_rule(_slots_from(slots, interval, first, ordered[0], shift_days), len(ordered), first, closed)


def _rule_of(periods: Sequence[Period], not_met: frozenset[date]) -> tuple[list[Slot], int] | None:
    """The weekly rule that gives exactly these sessions when the days of `not_met` are left out; None when none does."""
    slots = sorted({_slot(period) for period in periods})
    monday = _monday(_day(periods[0]))
    interval = gcd(*((_monday(_day(period)) - monday).days // 7 for period in periods)) or 1
    met = {(_day(period), _slot(period)) for period in periods}
    for day, slot in _slots_from(slots, interval, _day(periods[0]), periods[0], 0):
        if day > _day(periods[-1]):
            break
        if (day, slot) not in met and day not in not_met:
            return None
    return slots, interval


def _slots_from(
    slots: Sequence[Slot], interval: int, first: date, oldest: Period, shift_days: int
) -> Iterator[tuple[date, Slot]]:
    """Every time of the rule, for ever, beginning with the first session itself."""
    begins = local(oldest.start).time()
    monday = _monday(_day(oldest) + timedelta(days=shift_days))
    for step in count():
        for slot in slots:
            day = monday + step * interval * WEEK + timedelta(days=slot.weekday)
            if day > first or (day == first and slot.starts_at >= begins):
                yield day, slot


def _by_rule(
    times: Iterator[tuple[date, Slot]], wanted: int, first: date, closed: Mapping[date, str]
) -> Moved:
    planned: list[Period] = []
    skipped: list[tuple[Period, str]] = []
    for day, slot in times:
        if day - first > HORIZON:
            raise RuleTooLong
        period = _period(day, slot)
        if day in closed:
            skipped.append((period, closed[day]))
            continue
        planned.append(period)
        if len(planned) == wanted:
            break
    return Moved(planned, skipped)


def _one_by_one(periods: Sequence[Period], shift: timedelta, closed: Mapping[date, str]) -> Moved:
    planned: list[Period] = []
    skipped: list[tuple[Period, str]] = []
    for period in periods:
        day = _day(period) + shift
        new = _period(day, _slot(period))
        if day in closed:
            skipped.append((new, closed[day]))
        else:
            planned.append(new)
    last = max(_day(period) + shift for period in periods)
    for lost, _ in skipped:
        day = _day(lost)
        while day <= last or day in closed:
            day += WEEK
            if day - last > HORIZON:
                raise RuleTooLong
        planned.append(_period(day, _slot(lost)))
        last = day
    return Moved(sorted(planned, key=lambda period: period.start), skipped)


def _slot(period: Period) -> Slot:
    begins, ends = local(period.start), local(period.end)
    wall = ends.replace(tzinfo=None) - begins.replace(tzinfo=None)
    minutes = int(wall.total_seconds() // 60)
    return Slot(begins.weekday(), begins.time(), minutes if minutes > 0 else period.minutes)


def _period(day: date, slot: Slot) -> Period:
    """The slot on this day by the wall clock, so that 10:00 stays 10:00 across the change of clocks."""
    ends = datetime.combine(day, slot.starts_at) + timedelta(minutes=slot.minutes)
    start, end = at_venue(day, slot.starts_at), at_venue(ends.date(), ends.time())
    return Period(start, end if end > start else start + timedelta(minutes=slot.minutes))


def _day(period: Period) -> date:
    return local(period.start).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
