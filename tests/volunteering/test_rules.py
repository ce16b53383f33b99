"""Protection of the young, breaks, money: instant, without a database."""

from datetime import date, time

import pytest

from lms.kernel.clock import at_venue
from lms.kernel.errors import DomainError
from lms.volunteering import rules
from lms.volunteering.errors import (
    AtNight,
    DuringSchool,
    TooLateForChild,
    TooLongForAge,
    TooYoungForShift,
)

SATURDAY = date(2026, 12, 12)
SIXTEEN, FOURTEEN, TWELVE, GROWN_UP = date(2010, 3, 1), date(2012, 3, 1), date(2014, 3, 1), date(1960, 1, 1)


def refused(born: date | None, starts: time, ends: time, **given: object) -> type[DomainError] | None:
    usual = {"least_age": 0, "limits": rules.Limits(), "is_school_day": False} | given
    try:
        rules.refuse_unless_age_fits(born, at_venue(SATURDAY, starts), at_venue(SATURDAY, ends), **usual)  # type: ignore[arg-type]
    except DomainError as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize(
    ("born", "starts", "ends", "reason"),
    [
        (SIXTEEN, time(14), time(16), None),
        (SIXTEEN, time(18), time(20), None),
        (SIXTEEN, time(18), time(20, 1), AtNight),
        (SIXTEEN, time(5, 59), time(8), AtNight),
        (SIXTEEN, time(6), time(14), None),
        (SIXTEEN, time(6), time(16), TooLongForAge),
        (FOURTEEN, time(16), time(18), None),
        (FOURTEEN, time(16, 30), time(18, 30), TooLateForChild),
        (FOURTEEN, time(7, 30), time(9), TooLateForChild),
        (FOURTEEN, time(14), time(16, 30), TooLongForAge),
        (FOURTEEN, time(19), time(21), AtNight),
        (TWELVE, time(14), time(15), TooYoungForShift),
        (GROWN_UP, time(18), time(23), None),
        (None, time(18), time(23), None),
    ],
)
def test_who_may_help_when(
    born: date | None, starts: time, ends: time, reason: type[DomainError] | None
) -> None:
    assert refused(born, starts, ends) is reason


def test_on_school_days_the_young_help_after_school() -> None:
    assert refused(SIXTEEN, time(10), time(12), is_school_day=True) is DuringSchool
    assert refused(SIXTEEN, time(14), time(16), is_school_day=True) is None
    assert refused(GROWN_UP, time(10), time(12), is_school_day=True) is None


def test_all_shifts_of_a_day_count_together() -> None:
    assert refused(FOURTEEN, time(14), time(15), minutes_that_day=60) is None
    assert refused(FOURTEEN, time(14), time(15), minutes_that_day=61) is TooLongForAge


def test_the_night_is_refused_with_the_hours_in_words() -> None:
    with pytest.raises(AtNight) as refusal:
        rules.refuse_unless_age_fits(
            SIXTEEN, at_venue(SATURDAY, time(21)), at_venue(SATURDAY, time(23)), least_age=0,
            limits=rules.Limits(), is_school_day=False,
        )  # fmt: skip
    assert refusal.value.params == {"first": "06:00", "last": "20:00", "starts": "21:00", "ends": "23:00"}


def test_breaks_are_longer_for_the_young() -> None:
    assert [rules.pause_minutes(one, is_minor=True) for one in (270, 271, 360, 361)] == [0, 30, 30, 60]
    assert [rules.pause_minutes(one, is_minor=False) for one in (360, 361)] == [0, 30]


def test_the_tax_free_sum_follows_the_year() -> None:
    assert [rules.free_cents(year) for year in (2025, 2026, 2030)] == [
        (2021, 84_000), (2026, 96_000), (2026, 96_000),
    ]  # fmt: skip


def test_cents_are_rounded_once_and_hours_down() -> None:
    assert rules.cents_for(90, per_hour=True, cents=500) == 750
    assert rules.cents_for(50, per_hour=True, cents=500) == 417
    assert rules.cents_for(50, per_hour=False, cents=800) == 800
    assert rules.cents_for(0, per_hour=False, cents=800) == 0
    assert rules.full_hours([90, 85]) == 2


def test_a_weekly_shift_leaves_out_closed_days_and_stops_at_its_last() -> None:
    monday = date(2026, 12, 7)
    days = rules.days_of_rule(2, date(2026, 12, 1), date(2026, 12, 30), monday, 6, [date(2026, 12, 23)])
    assert days == [date(2026, 12, 9), date(2026, 12, 16), date(2026, 12, 30)]
