"""How dates follow from a rule."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.scheduling.errors import RuleTooLong, RuleWithoutDates
from lms.scheduling.holidays import holidays_of
from lms.scheduling.rules import WeeklyRule, dates_by_rule, summary_of, units_in

TUESDAY = date(2026, 12, 8)


def rule(**changes: Any) -> WeeklyRule:
    usual: dict[str, Any] = {
        "first_day": TUESDAY,
        "starts_at": time(10),
        "minutes": 90,
        "count": 4,
        "weekdays": frozenset({1}),
    }
    return WeeklyRule(**usual | changes)


def days(periods: Any) -> list[date]:
    return [local(period.start).date() for period in periods]


def test_every_week_on_the_same_day() -> None:
    dates = dates_by_rule(rule(), {})

    assert days(dates.planned) == [TUESDAY + timedelta(weeks=week) for week in range(4)]
    assert dates.skipped == []


def test_holidays_are_left_out_and_named_and_the_series_goes_on_until_it_is_complete() -> None:
    closed = holidays_of("ST", TUESDAY, date(2027, 3, 1))

    dates = dates_by_rule(rule(), closed)

    assert days(dates.planned) == [date(2026, 12, 8), date(2026, 12, 15), date(2027, 1, 5), date(2027, 1, 12)]
    assert [(local(skipped.period.start).date(), skipped.reason) for skipped in dates.skipped] == [
        (date(2026, 12, 22), "Weihnachtsferien"),
        (date(2026, 12, 29), "Weihnachtsferien"),
    ]


def test_a_day_that_is_kept_is_taught_although_it_is_a_holiday() -> None:
    dates = dates_by_rule(rule(keep=frozenset({TUESDAY})), {TUESDAY: "Schließtag"})

    assert days(dates.planned)[0] == TUESDAY


def test_every_other_week_on_two_days() -> None:
    dates = dates_by_rule(rule(weekdays=frozenset({1, 3}), interval_weeks=2), {})

    assert days(dates.planned) == [
        date(2026, 12, 8),
        date(2026, 12, 10),
        date(2026, 12, 22),
        date(2026, 12, 24),
    ]


def test_ten_o_clock_stays_ten_o_clock_across_the_change_of_clocks() -> None:
    dates = dates_by_rule(rule(first_day=date(2027, 3, 23), count=2), {})

    assert [local(period.start).time() for period in dates.planned] == [time(10), time(10)]
    assert [period.start for period in dates.planned] == [
        datetime(2027, 3, 23, 9, tzinfo=UTC),
        datetime(2027, 3, 30, 8, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "senseless", [{"count": 0}, {"weekdays": frozenset()}, {"minutes": 0}, {"interval_weeks": 0}]
)
def test_a_rule_without_dates_is_refused(senseless: dict[str, Any]) -> None:
    with pytest.raises(RuleWithoutDates):
        dates_by_rule(rule(**senseless), {})


def test_a_rule_beyond_two_years_is_refused() -> None:
    with pytest.raises(RuleTooLong):
        dates_by_rule(rule(count=200), {})


def test_saxony_anhalt_has_its_own_holidays() -> None:
    known = holidays_of("ST", date(2027, 1, 1), date(2027, 12, 31))

    assert known[date(2027, 1, 6)] == "Heilige Drei Könige"
    assert date(2027, 10, 31) in known


@given(
    first=st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31)),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    count=st.integers(1, 30),
    interval=st.integers(1, 3),
    hour=st.integers(7, 20),
)
def test_whatever_the_rule_sessions_come_in_order_at_the_same_hour_on_their_weekdays(
    first: date, weekdays: frozenset[int], count: int, interval: int, hour: int
) -> None:
    closed = {first + timedelta(days=offset): "zu" for offset in range(0, 60, 9)}

    dates = dates_by_rule(
        rule(first_day=first, weekdays=weekdays, count=count, interval_weeks=interval, starts_at=time(hour)),
        closed,
    )

    starts = [local(period.start) for period in dates.planned]
    assert len(starts) == count
    assert starts == sorted(starts)
    assert {start.weekday() for start in starts} <= weekdays
    assert {start.hour for start in starts} == {hour}
    assert not {start.date() for start in starts} & closed.keys()


def test_a_summary_says_when_how_often_and_how_long() -> None:
    periods = [
        Period(datetime(2026, 12, 8, 9, tzinfo=UTC), datetime(2026, 12, 8, 10, 30, tzinfo=UTC)),
        Period(datetime(2026, 12, 4, 17, tzinfo=UTC), datetime(2026, 12, 4, 17, 50, tzinfo=UTC)),
    ]

    summary = summary_of(periods)

    assert (summary.starts_at, summary.ends_at) == (periods[1].start, periods[0].end)
    assert (summary.session_count, summary.total_minutes) == (2, 140)
    assert (summary.weekdays, summary.dayparts) == (0b10010, 0b101)
    assert units_in(140) == pytest.approx(3.111, abs=0.001)


def test_no_sessions_no_summary() -> None:
    summary = summary_of([])

    assert (summary.starts_at, summary.session_count, summary.weekdays) == (None, 0, 0)
