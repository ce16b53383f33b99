"""Every month, on days in a row, on typed dates: and what no rule may ask for."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from lms.kernel.clock import local
from lms.scheduling.errors import EndsNextDay, NoSuchTime, RuleTooLong, RuleWithoutDates
from lms.scheduling.rules import (
    MOST_SESSIONS,
    BlockRule,
    DateList,
    MonthlyRule,
    Rule,
    WeeklyRule,
    dates_by_rule,
    period_on,
)

TUESDAY = date(2026, 12, 8)
TEN = time(10)


def days(rule: Rule, closed: dict[date, str] | None = None) -> list[str]:
    return [f"{local(one.start):%a %d.%m.}" for one in dates_by_rule(rule, closed or {}).planned]


def test_every_second_tuesday_of_the_month() -> None:
    assert days(MonthlyRule(TUESDAY, TEN, 90, 3, weekday=1, nth=2)) == [
        "Tue 08.12.",
        "Tue 12.01.",
        "Tue 09.02.",
    ]


def test_every_last_friday_of_the_month() -> None:
    assert days(MonthlyRule(TUESDAY, TEN, 90, 2, weekday=4, nth=-1)) == ["Fri 25.12.", "Fri 29.01."]


def test_on_weekdays_in_a_row_the_weekend_is_free_and_a_holiday_is_made_up_for() -> None:
    rule = BlockRule(date(2026, 12, 10), TEN, 90, 4)

    assert days(rule) == ["Thu 10.12.", "Fri 11.12.", "Mon 14.12.", "Tue 15.12."]
    assert days(rule, {date(2026, 12, 11): "Schließtag"}) == [
        "Thu 10.12.",
        "Mon 14.12.",
        "Tue 15.12.",
        "Wed 16.12.",
    ]


def test_a_block_may_go_through_the_weekend() -> None:
    rule = BlockRule(date(2026, 12, 11), TEN, 90, 3, with_weekends=True)

    assert days(rule) == ["Fri 11.12.", "Sat 12.12.", "Sun 13.12."]


def test_typed_dates_are_held_in_order_once_each_and_a_closed_one_is_not_made_up_for() -> None:
    rule = DateList((date(2026, 12, 17), TUESDAY, date(2026, 12, 17), date(2026, 12, 25)), TEN, 90)

    found = dates_by_rule(rule, {date(2026, 12, 25): "1. Weihnachtstag"})

    assert [local(one.start).date() for one in found.planned] == [TUESDAY, date(2026, 12, 17)]
    assert [one.reason for one in found.skipped] == ["1. Weihnachtstag"]


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        (WeeklyRule(TUESDAY, TEN, 90, 2, frozenset({1})), ["Thu 10.12.", "Thu 17.12."]),
        (MonthlyRule(TUESDAY, TEN, 90, 2, weekday=1, nth=2), ["Thu 10.12.", "Thu 14.01."]),
        (BlockRule(TUESDAY, TEN, 90, 2), ["Thu 10.12.", "Fri 11.12."]),
        (DateList((TUESDAY, date(2026, 12, 9)), TEN, 90), ["Thu 10.12.", "Fri 11.12."]),
    ],
)
def test_every_rule_can_be_moved_by_days(rule: Rule, later: list[str]) -> None:
    assert days(rule.later(2)) == later


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (WeeklyRule(TUESDAY, TEN, 90, 10_000, frozenset({1})), RuleTooLong),
        (WeeklyRule(TUESDAY, TEN, 90, 120, frozenset({1}), interval_weeks=4), RuleTooLong),
        (BlockRule(TUESDAY, TEN, 90, MOST_SESSIONS + 1), RuleTooLong),
        (DateList((), TEN, 90), RuleWithoutDates),
        (MonthlyRule(TUESDAY, TEN, 90, 3, weekday=1, nth=5), RuleWithoutDates),
        (WeeklyRule(TUESDAY, time(23), 90, 1, frozenset({1})), EndsNextDay),
    ],
)
def test_what_no_rule_may_ask_for(rule: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        dates_by_rule(rule, {})


@pytest.mark.parametrize(
    ("day", "starts_at", "minutes", "is_possible"),
    [
        (date(2027, 3, 28), time(2, 30), 60, False),  # the hour that is left out
        (date(2027, 3, 28), time(1, 30), 60, False),  # would end in it
        (date(2027, 3, 28), time(1), 60, False),
        (date(2027, 3, 28), time(0), 60, True),
        (date(2027, 3, 28), time(10), 90, True),
        (date(2027, 10, 31), time(10), 90, True),
        (date(2027, 10, 31), time(0, 30), 60, True),
    ],
)
def test_in_the_nights_of_the_change_of_clocks(
    day: date, starts_at: time, minutes: int, *, is_possible: bool
) -> None:
    if not is_possible:
        with pytest.raises(NoSuchTime):
            period_on(day, starts_at, minutes)
        return

    period = period_on(day, starts_at, minutes)

    assert local(period.start).replace(tzinfo=None).time() == starts_at
    assert period.end - period.start == timedelta(minutes=minutes)
