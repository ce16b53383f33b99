"""Moving dates into another term: weekdays stay, holidays are left out, the number of sessions stays."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.scheduling.copying import moved, shift_to

TUESDAY = date(2026, 9, 1)


def at(day: date, hour: int = 10, minutes: int = 90) -> Period:
    begins = at_venue(day, time(hour))
    return Period(begins, begins + timedelta(minutes=minutes))


def weekly(*weeks: int, first: date = TUESDAY) -> list[Period]:
    return [at(first + timedelta(weeks=week)) for week in weeks]


def days_of(periods: list[Period] | tuple[Period, ...]) -> list[date]:
    return [local(period.start).date() for period in periods]


@pytest.mark.parametrize(
    ("first", "target", "expected"),
    [
        (date(2026, 9, 1), date(2027, 2, 1), 154),  # Tuesday to Tuesday, 2 February
        (date(2026, 9, 1), date(2027, 2, 2), 154),
        (date(2026, 9, 1), date(2027, 2, 3), 161),
        (date(2026, 9, 1), date(2026, 9, 1), 0),
        (date(2026, 9, 1), date(2026, 8, 3), -28),
    ],
)
def test_the_weekday_is_kept(first: date, target: date, expected: int) -> None:
    assert shift_to(first, target) == expected
    assert expected % 7 == 0


def test_a_weekly_run_leaves_holidays_out_and_goes_on_longer() -> None:
    closed = {date(2027, 2, 9): "Winterferien"}

    new = moved(weekly(0, 1, 2), 154, closed=closed, left_out=frozenset())

    assert days_of(list(new.periods)) == [date(2027, 2, 2), date(2027, 2, 16), date(2027, 2, 23)]
    assert [(local(period.start).date(), why) for period, why in new.skipped] == [
        (date(2027, 2, 9), "Winterferien")
    ]


def test_the_old_holidays_are_not_copied() -> None:
    gap = frozenset({TUESDAY + timedelta(weeks=1)})

    new = moved(weekly(0, 2, 3), 154, closed={}, left_out=gap)

    assert days_of(list(new.periods)) == [date(2027, 2, 2), date(2027, 2, 9), date(2027, 2, 16)]


def test_a_fortnightly_run_stays_fortnightly() -> None:
    closed = {date(2027, 2, 16): "Ferien"}

    new = moved(weekly(0, 2, 4), 154, closed=closed, left_out=frozenset())

    assert days_of(list(new.periods)) == [date(2027, 2, 2), date(2027, 3, 2), date(2027, 3, 16)]


def test_dates_that_were_chosen_singly_keep_their_distances() -> None:
    chosen = [at(TUESDAY), at(TUESDAY + timedelta(days=2), 18, 45), at(TUESDAY + timedelta(days=15))]
    closed = {date(2027, 2, 4): "Feiertag"}

    new = moved(chosen, 154, closed=closed, left_out=frozenset())

    assert [(local(one.start).date(), local(one.start).hour, one.minutes) for one in new.periods] == [
        (date(2027, 2, 2), 10, 90),
        (date(2027, 2, 17), 10, 90),
        (date(2027, 2, 18), 18, 45),
    ]


def test_ten_o_clock_stays_ten_o_clock_across_the_change_of_clocks() -> None:
    new = moved(weekly(0, 1, 2, first=date(2026, 7, 7)), 26 * 7, closed={}, left_out=frozenset())

    assert {local(period.start).time() for period in new.periods} == {time(10)}


def test_a_block_goes_on_in_the_following_week() -> None:
    monday = date(2026, 10, 19)
    block = [at(monday + timedelta(days=day)) for day in range(3)]

    new = moved(block, 7, closed={date(2026, 10, 27): "Ruhetag"}, left_out=frozenset())

    assert days_of(list(new.periods)) == [date(2026, 10, 26), date(2026, 10, 28), date(2026, 11, 2)]


@given(
    steps=st.lists(st.integers(1, 20), min_size=0, max_size=12),
    weeks=st.integers(1, 60),
    closed=st.sets(st.integers(0, 500), max_size=60),
)
def test_no_session_is_lost_none_falls_on_a_closed_day_none_lies_before_the_target(
    steps: list[int], weeks: int, closed: set[int]
) -> None:
    days = [TUESDAY]
    for step in steps:
        days.append(days[-1] + timedelta(days=step))
    target = TUESDAY + timedelta(weeks=weeks)
    holidays = {target + timedelta(days=number): "zu" for number in closed}

    new = moved([at(day) for day in days], weeks * 7, closed=holidays, left_out=frozenset())

    assert len(new.periods) == len(days)
    assert not set(days_of(list(new.periods))) & holidays.keys()
    assert min(days_of(list(new.periods))) >= target
    assert {day.weekday() for day in days_of(list(new.periods))} <= {day.weekday() for day in days}
    assert len({period.start for period in new.periods}) == len(days)
