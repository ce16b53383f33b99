"""Decisions about the dates of a club: no session, no request, no clock."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from lms.kernel.period import Period
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.rules import WeeklyRule, period_on

MINUTES_PER_HOUR = 60
AHEAD = timedelta(weeks=10)
"""So far ahead a club knows its dates: long enough for a family's calendar, short enough for rooms to be free for others."""
FARTHEST = timedelta(days=366)
"""So far ahead the team decides on the end or on a pause of a club."""


def days_between(rule: ClubRule, after: date, until: date) -> Iterator[date]:
    """The days of the rule after one day, up to and with another."""
    for day in weekly(rule).days():
        if day > until:
            return
        if day > after:
            yield day


def weekly(rule: ClubRule, count: int = 1) -> WeeklyRule:
    """The same as a rule with a number of sessions."""
    return WeeklyRule(
        first_day=rule.first_day,
        starts_at=begins_at(rule),
        minutes=rule.minutes,
        count=count,
        weekdays=frozenset({rule.weekday}),
        interval_weeks=rule.interval_weeks,
    )


def period_of(rule: ClubRule, day: date) -> Period:
    """From when to when the club would meet on this day."""
    return period_on(day, begins_at(rule), rule.minutes)


def expected(rule: ClubRule) -> Period | None:
    """The first meeting of the rule on which nothing is decided yet: when a club without dates probably goes on."""
    return next(
        (period_of(rule, day) for day in weekly(rule).days() if day > rule.made_until),
        None,
    )


def begins_at(rule: ClubRule) -> time:
    """When a meeting begins, on the wall clock."""
    return time(*divmod(rule.begins, MINUTES_PER_HOUR))
