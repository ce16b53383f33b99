"""Decisions about dates, as plain functions: no session, no request, no clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Protocol

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from lms.kernel.clock import MINUTES_PER_UNIT, at_venue, local
from lms.kernel.period import Period
from lms.scheduling.errors import EndsNextDay, NoSuchTime, RuleTooLong, RuleWithoutDates

WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)

HORIZON = timedelta(days=2 * 366)
MOST_SESSIONS = 150
"""More than any course has; a series of thousands is a slip of the finger."""
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

    def days(self) -> Iterator[date]:
        """The days that the rule names, without end."""
        if not self.weekdays or self.interval_weeks < 1:
            raise RuleWithoutDates
        monday = self.first_day - timedelta(days=self.first_day.weekday())
        found = rrule(
            WEEKLY, dtstart=_midnight(monday), interval=self.interval_weeks, byweekday=sorted(self.weekdays)
        )
        return (one.date() for one in found if one.date() >= self.first_day)

    def later(self, days: int) -> "WeeklyRule":
        """The same so many days later: the weekdays move along."""
        weekdays = frozenset((one + days) % 7 for one in self.weekdays)
        return replace(self, first_day=self.first_day + timedelta(days=days), weekdays=weekdays)


@dataclass(frozen=True, slots=True)
class MonthlyRule:
    """Every month on the `nth` weekday (1 to 4, or -1 for the last), from `first_day` on, until `count` sessions are found."""

    first_day: date
    starts_at: time
    minutes: int
    count: int
    weekday: int
    nth: int
    keep: frozenset[date] = frozenset()

    def days(self) -> Iterator[date]:
        """The days that the rule names, without end."""
        if self.nth not in {1, 2, 3, 4, -1}:
            raise RuleWithoutDates
        found = rrule(MONTHLY, dtstart=_midnight(self.first_day), byweekday=WEEKDAYS[self.weekday](self.nth))
        return (one.date() for one in found)

    def later(self, days: int) -> "DateList":
        """The same so many days later, as a list: another weekday of the month would be other weeks."""
        named = islice(self.days(), min(self.count, MOST_SESSIONS))
        return DateList(_later(named, days), self.starts_at, self.minutes, self.keep)


@dataclass(frozen=True, slots=True)
class BlockRule:
    """On days in a row from `first_day` on, with or without Saturday and Sunday, until `count` sessions are found."""

    first_day: date
    starts_at: time
    minutes: int
    count: int
    with_weekends: bool = False
    keep: frozenset[date] = frozenset()

    def days(self) -> Iterator[date]:
        """The days that the rule names, without end."""
        weekdays = range(7) if self.with_weekends else range(5)
        return (
            one.date() for one in rrule(DAILY, dtstart=_midnight(self.first_day), byweekday=list(weekdays))
        )

    def later(self, days: int) -> "BlockRule":
        """The same so many days later."""
        return replace(self, first_day=self.first_day + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class DateList:
    """On these days and no others; a closed one among them is left out and not made up for."""

    dates: tuple[date, ...]
    starts_at: time
    minutes: int
    keep: frozenset[date] = frozenset()

    @property
    def first_day(self) -> date:
        """The earliest of them. Raises RuleWithoutDates when there are none."""
        if not self.dates:
            raise RuleWithoutDates
        return min(self.dates)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.dates)

    def days(self) -> Iterator[date]:
        """The days in order, each once."""
        return iter(sorted(set(self.dates)))

    def later(self, days: int) -> "DateList":
        """The same so many days later."""
        return replace(self, dates=_later(self.dates, days))


Rule = WeeklyRule | MonthlyRule | BlockRule | DateList


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


def dates_by_rule(rule: Rule, closed: Mapping[date, str]) -> Dates:
    """The sessions of a rule, with closed days left out and the series extended until it is complete.

    Raises RuleWithoutDates for a rule that names no weekday or no session, RuleTooLong for more than MOST_SESSIONS or when
    two years do not suffice, EndsNextDay and NoSuchTime as `period_on`.
    """
    if rule.count < 1 or rule.minutes < 1:
        raise RuleWithoutDates
    if rule.count > MOST_SESSIONS:
        raise RuleTooLong
    planned: list[Period] = []
    skipped: list[Skipped] = []
    for day in rule.days():
        if day - rule.first_day > HORIZON:
            raise RuleTooLong
        period = period_on(day, rule.starts_at, rule.minutes)
        if day in closed and day not in rule.keep:
            skipped.append(Skipped(period=period, reason=closed[day]))
            continue
        planned.append(period)
        if len(planned) == rule.count:
            break
    if not planned and not skipped:
        raise RuleWithoutDates
    return Dates(planned=planned, skipped=skipped)


def last_day_needed(rule: Rule) -> date:
    """How far ahead holidays must be known for this rule."""
    return rule.first_day + HORIZON


def period_on(day: date, starts_at: time, minutes: int) -> Period:
    """A session on a day, from one time of the wall clock on, so many minutes long by the wall clock.

    Raises EndsNextDay when it would pass midnight, NoSuchTime when it begins or ends in the hour that a change of clocks
    leaves out.
    """
    ends = datetime.combine(day, starts_at) + timedelta(minutes=minutes)
    if ends.date() != day:
        raise EndsNextDay
    return between(day, starts_at, day, ends.time())


def between(first: date, starts_at: time, last: date, ends_at: time) -> Period:
    """From a time of the wall clock on one day until one on the same or a later day.

    Raises NoSuchTime when one of them lies in the hour that a change of clocks leaves out, or nothing is between them.
    """
    start, end = at_venue(first, starts_at), at_venue(last, ends_at)
    is_told = (_wall(start), _wall(end)) == (
        datetime.combine(first, starts_at),
        datetime.combine(last, ends_at),
    )
    if not is_told or start >= end:
        raise NoSuchTime
    return Period(start, end)


def ensure_one_day(period: Period) -> None:
    """A session ends on the day on which it begins. Raises EndsNextDay."""
    if local(period.start).date() != local(period.end).date():
        raise EndsNextDay


def _wall(moment: datetime) -> datetime:
    return local(moment).replace(tzinfo=None)


def units_in(minutes: int) -> float:
    """Teaching units of 45 minutes; odd lengths give fractions, never rounded here."""
    return minutes / MINUTES_PER_UNIT


class Dated(Protocol):
    """Whatever begins and ends: a session, its entry in a calendar."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


def door_opens_at(meeting: Dated, minutes_before: int) -> datetime:
    """From when on the online room of a session may be entered."""
    return meeting.starts_at - timedelta(minutes=minutes_before)


def door_is_open(meeting: Dated, now: datetime, minutes_before: int) -> bool:
    """Whether the online room of a session may be entered: from shortly before until its end (F-B16)."""
    return door_opens_at(meeting, minutes_before) <= now < meeting.ends_at


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


def _midnight(day: date) -> datetime:
    """The start of a rule for the library, which counts in moments of the wall clock."""
    return datetime.combine(day, time())


def _later(dates: Iterable[date], days: int) -> tuple[date, ...]:
    return tuple(day + timedelta(days=days) for day in dates)
