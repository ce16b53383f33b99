"""Which dates a series has, what they cost, how much of a week is left."""

from datetime import date, time

import pytest

from lms.booking.errors import EndsTooLate, NoDates, TooManyDates
from lms.booking.rules import Repeat, Series, overdrawn, price_of
from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period


def days(**given: object) -> list[str]:
    usual: dict[str, object] = {"first_day": date(2027, 1, 29), "starts": time(18), "ends": time(20)}
    return [f"{local(period.start):%d.%m.}" for period in Series(**usual | given).periods()]  # type: ignore[arg-type]


def test_a_series_follows_its_rule_until_its_count_or_its_last_day() -> None:
    assert days() == ["29.01."]
    assert days(repeat=Repeat.WEEKLY, count=3) == ["29.01.", "05.02.", "12.02."]
    assert days(repeat=Repeat.FORTNIGHTLY, last_day=date(2027, 2, 26)) == ["29.01.", "12.02.", "26.02."]
    assert days(repeat=Repeat.LISTED, days=(date(2027, 3, 2), date(2027, 2, 1))) == ["01.02.", "02.03."]


def test_a_fifth_weekday_of_the_month_means_the_last_one() -> None:
    assert days(repeat=Repeat.MONTHLY, count=4) == ["29.01.", "26.02.", "26.03.", "30.04."]
    assert days(first_day=date(2027, 1, 8), repeat=Repeat.MONTHLY, count=3) == ["08.01.", "12.02.", "12.03."]


def test_a_series_keeps_its_wall_clock_over_both_changes_of_clocks() -> None:
    spring = Series(first_day=date(2027, 3, 21), starts=time(1), ends=time(4), repeat=Repeat.WEEKLY, count=3)

    assert [local(period.start).hour for period in spring.periods()] == [1, 1, 1]
    assert [period.minutes for period in spring.periods()] == [180, 120, 180]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"ends": time(18)}, EndsTooLate),
        ({"ends": time(0)}, EndsTooLate),
        ({"repeat": Repeat.WEEKLY, "count": 10_000}, TooManyDates),
        ({"repeat": Repeat.WEEKLY, "last_day": date(2199, 1, 1)}, TooManyDates),
        ({"repeat": Repeat.WEEKLY, "last_day": date(2026, 1, 1)}, NoDates),
        ({"repeat": Repeat.LISTED}, NoDates),
        ({"first_day": date(9999, 12, 31), "repeat": Repeat.WEEKLY, "count": 3}, NoDates),
    ],
)
def test_what_cannot_be_a_series_is_refused(given: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        days(**given)


@pytest.mark.parametrize(
    ("minutes", "cents"), [(60, 1000), (61, 1250), (15, 250), (1, 250), (90, 1500), (120, 2000)]
)
def test_every_quarter_of_an_hour_that_is_begun_counts(minutes: int, cents: int) -> None:
    start = at_venue(date(2027, 1, 29), time(18))
    end = at_venue(date(2027, 1, 29), time(18 + minutes // 60, minutes % 60))

    assert price_of(Period(start, end), 1000) == cents


def test_the_quota_counts_each_calendar_week_by_itself() -> None:
    wanted = Series(
        first_day=date(2027, 1, 29), starts=time(18), ends=time(20), repeat=Repeat.WEEKLY, count=2
    )
    used = {date(2027, 2, 1): 5 * 60}

    over = overdrawn(wanted.periods(), used, 6)

    assert over is not None
    assert (over.week, over.wanted, over.left) == (date(2027, 2, 1), 120, 60)
    assert overdrawn(wanted.periods(), used, 7) is None
    assert overdrawn(wanted.periods(), used, None) is None
