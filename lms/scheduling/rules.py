"""Decisions about dates, as plain functions: no session, no request, no clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lms.kernel.clock import MINUTES_PER_UNIT, at_venue, local
from lms.kernel.period import Period
from lms.scheduling.errors import RuleTooLong, RuleWithoutDates

HORIZON = timedelta(days=2 * 366)
MORNING_ENDS = 12
EVENING_STARTS = 17


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Every `interval_weeks` weeks on these weekdays (Monday is 0), from `first_day` on, until `count` sessions are found.

    `starts_at` is the wall clock at the venue, so that a session at 10:00 stays at 10:00 across the change of clocks.
    `keep` names days on which the run meets although they are holidays.
    """

    first_day: date
    starts_at: time
    minutes: int
    count: int
    weekdays: frozenset[int]
    interval_weeks: int = 1
    keep: frozenset[date] = frozenset()

    @property
    def ends_at(self) -> time:
        """The wall clock at the end of a session."""
        return (datetime.combine(self.first_day, self.starts_at) + timedelta(minutes=self.minutes)).time()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A date of the rule on which nothing takes place, and why."""

    period: Period
    reason: str


@dataclass(frozen=True, slots=True)
class Dates:
    """What a rule gives: sessions in order, and what was left out on the way."""

    planned: Sequence[Period]
    skipped: Sequence[Skipped]


def dates_by_rule(rule: WeeklyRule, closed: Mapping[date, str]) -> Dates:
    """The sessions of a rule, with closed days left out and the series extended until it is complete.

    Raises RuleWithoutDates for a rule that names no weekday or no session, RuleTooLong when two years do not suffice.
    """
    if rule.count < 1 or rule.minutes < 1 or not rule.weekdays or rule.interval_weeks < 1:
        raise RuleWithoutDates
    planned: list[Period] = []
    skipped: list[Skipped] = []
    for day in _days(rule):
        if day - rule.first_day > HORIZON:
            raise RuleTooLong
        period = _period(day, rule.starts_at, rule.minutes)
        if day in closed and day not in rule.keep:
            skipped.append(Skipped(period=period, reason=closed[day]))
            continue
        planned.append(period)
        if len(planned) == rule.count:
            break
    return Dates(planned=planned, skipped=skipped)


def last_day_needed(rule: WeeklyRule) -> date:
    """How far ahead holidays must be known for this rule."""
    return rule.first_day + HORIZON


def units_in(minutes: int) -> float:
    """Teaching units of 45 minutes; odd lengths give fractions, never rounded here."""
    return minutes / MINUTES_PER_UNIT


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists show of a run's sessions."""

    starts_at: datetime | None
    ends_at: datetime | None
    session_count: int
    total_minutes: int
    weekdays: int
    dayparts: int


def summary_of(periods: Iterable[Period]) -> Summary:
    """First start, last end, how many, how long; weekdays as bits (Monday 1), parts of day as bits (1, 2, 4)."""
    ordered = sorted(periods, key=lambda period: period.start)
    weekdays = dayparts = 0
    for period in ordered:
        begins = local(period.start)
        weekdays |= 1 << begins.weekday()
        dayparts |= daypart(begins.time())
    return Summary(
        starts_at=ordered[0].start if ordered else None,
        ends_at=max(period.end for period in ordered) if ordered else None,
        session_count=len(ordered),
        total_minutes=sum(period.minutes for period in ordered),
        weekdays=weekdays,
        dayparts=dayparts,
    )


def daypart(starts_at: time) -> int:
    """Morning (1) before noon, afternoon (2), evening (4) from five o'clock on."""
    if starts_at.hour < MORNING_ENDS:
        return 1
    return 2 if starts_at.hour < EVENING_STARTS else 4


def _days(rule: WeeklyRule) -> Iterator[date]:
    monday = rule.first_day - timedelta(days=rule.first_day.weekday())
    while True:
        for weekday in sorted(rule.weekdays):
            day = monday + timedelta(days=weekday)
            if day >= rule.first_day:
                yield day
        monday += timedelta(weeks=rule.interval_weeks)


def _period(day: date, starts_at: time, minutes: int) -> Period:
    start = at_venue(day, starts_at)
    ends = datetime.combine(day, starts_at) + timedelta(minutes=minutes)
    return Period(start, at_venue(ends.date(), ends.time()))
