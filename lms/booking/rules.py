"""Decisions about bookings, as plain functions: which dates, what they cost, how much of a week is left."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from dateutil import rrule

from lms.booking.errors import EndsTooLate, NoDates, TooManyDates
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.scheduling.rules import between

MOST_DATES = 100
QUARTER = 15
CHECK_IN_BEFORE = timedelta(minutes=30)
"""So long before the beginning somebody can say that they are there."""
LAST_OF_MONTH = 5
REASONABLE_YEARS = range(2000, 2200)
FAR_AWAY = timedelta(days=366 * 20)


class Repeat(StrEnum):
    """How the dates of a request follow each other."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    LISTED = "listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The dates somebody wants: wall clock of the venue, from the first day, until `count` or `last_day`, or a list of days.

    Holidays are not left out: whoever books says when they come. A fifth weekday of a month means the last one.
    """

    first_day: date
    starts: time
    ends: time
    repeat: Repeat = Repeat.ONCE
    count: int | None = None
    last_day: date | None = None
    days: tuple[date, ...] = ()

    def periods(self) -> list[Period]:
        """The dates in order. Raises EndsTooLate, NoDates, TooManyDates, scheduling's NoSuchTime."""
        if self.ends <= self.starts:
            raise EndsTooLate
        if self.first_day.year not in REASONABLE_YEARS:
            raise NoDates
        days = sorted(set(islice(self._days(), MOST_DATES + 1)))
        if len(days) > MOST_DATES or len(self.days) > MOST_DATES or (self.count or 0) > MOST_DATES:
            raise TooManyDates(most=MOST_DATES)
        if not days:
            raise NoDates
        return [between(day, self.starts, day, self.ends) for day in days]

    def _days(self) -> Iterator[date]:
        if self.repeat is Repeat.ONCE:
            yield self.first_day
            return
        if self.repeat is Repeat.LISTED:
            yield from self.days
            return
        until = self.last_day or self.first_day + FAR_AWAY
        weekday = self.first_day.weekday()
        nth = (self.first_day.day - 1) // 7 + 1
        if self.repeat is Repeat.MONTHLY:
            place = rrule.weekday(weekday, -1 if nth == LAST_OF_MONTH else nth)
            rule = rrule.rrule(
                rrule.MONTHLY, dtstart=_noon(self.first_day), until=_noon(until), byweekday=place
            )
        else:
            step = 1 if self.repeat is Repeat.WEEKLY else 2
            rule = rrule.rrule(rrule.WEEKLY, dtstart=_noon(self.first_day), until=_noon(until), interval=step)
        yield from (moment.date() for moment in islice(rule, self.count))


def ensure_one_day(period: Period) -> None:
    """A booking ends on the day on which it begins. Raises EndsTooLate."""
    if local(period.start).date() != local(period.end).date():
        raise EndsTooLate


def price_of(period: Period, cents_per_hour: int) -> int:
    """What this time costs in cents: each quarter of an hour that is begun counts; half a cent is rounded up."""
    quarters = -(-period.minutes // QUARTER)
    return (quarters * cents_per_hour + 2) // 4


def week_of(moment: datetime) -> date:
    """The Monday of the calendar week at the venues."""
    day = local(moment).date()
    return day - timedelta(days=day.weekday())


def minutes_by_week(periods: Iterable[Period]) -> Mapping[date, int]:
    """How many minutes fall into each calendar week, by its Monday."""
    used: dict[date, int] = {}
    for period in periods:
        week = week_of(period.start)
        used[week] = used.get(week, 0) + period.minutes
    return used


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """A week in which more is wanted than is left, in minutes."""

    week: date
    wanted: int
    left: int


def overdrawn(
    wanted: Iterable[Period], used: Mapping[date, int], hours_per_week: int | None
) -> Overdrawn | None:
    """The first week whose quota does not suffice, or None."""
    if hours_per_week is None:
        return None
    for week, minutes in sorted(minutes_by_week(wanted).items()):
        left = hours_per_week * 60 - used.get(week, 0)
        if minutes > left:
            return Overdrawn(week, minutes, max(0, left))
    return None


def last_day_ahead(now: datetime, days_ahead: int) -> date:
    """The last day that a group may book today."""
    return local(now).date() + timedelta(days=days_ahead)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))
