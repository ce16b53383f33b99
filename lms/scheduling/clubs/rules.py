"""Decisions about the dates of a club: no session, no request, no clock."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.rules import WeeklyRule

MINUTES_PER_HOUR = 60
AHEAD = timedelta(weeks=10)
"""So far ahead a club knows its dates: long enough for a family's calendar, short enough for rooms to be free for others."""


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


def begins_at(rule: ClubRule) -> time:
    """When a meeting begins, on the wall clock."""
    return time(*divmod(rule.begins, MINUTES_PER_HOUR))
