"""When a place is open: wall-clock hours, breaks, nights, and both changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.resources.rules import Hours, is_open, minutes_within, openings

TUESDAY = date(2026, 12, 8)
MORNING, AFTERNOON = Hours(1, time(9), time(12)), Hours(1, time(13), time(18))
OFFICE = [MORNING, AFTERNOON]


def on(day: date, starts: time, ends: time) -> Period:
    return Period(at_venue(day, starts), at_venue(day, ends))


@pytest.mark.parametrize(
    ("hours", "period", "answer"),
    [
        (OFFICE, on(TUESDAY, time(9), time(12)), True),
        (OFFICE, on(TUESDAY, time(8, 59), time(12)), False),
        (OFFICE, on(TUESDAY, time(9), time(12, 1)), False),
        (OFFICE, on(TUESDAY, time(11), time(14)), False),
        (OFFICE, on(TUESDAY, time(13), time(18)), True),
        (OFFICE, on(TUESDAY + timedelta(days=1), time(10), time(11)), False),
        ([], on(TUESDAY, time(3), time(4)), True),
        ([Hours(1, time(9), time(12)), Hours(1, time(12), time(15))], on(TUESDAY, time(11), time(13)), True),
        ([Hours(1, time(9), time(14)), Hours(1, time(12), time(15))], on(TUESDAY, time(9), time(15)), True),
    ],
    ids=[
        "from the first moment to the last", "a minute before", "a minute after", "over the break at noon",
        "after the break", "on a day without hours", "nobody has said", "two times that touch", "two that overlap",
    ],
)  # fmt: skip
def test_a_place_is_open_when_one_of_its_times_holds_the_whole_period(
    hours: list[Hours], period: Period, answer: object
) -> None:
    assert is_open(hours, period) is answer


def test_until_midnight_may_go_on_into_the_next_day() -> None:
    hours = [Hours(1, time(18), time(23, 59)), Hours(2, time(0), time(2))]
    night = Period(at_venue(TUESDAY, time(22)), at_venue(TUESDAY + timedelta(days=1), time(1)))

    assert is_open(hours, night)
    assert not is_open(hours[:1], night)


def test_in_winter_and_in_summer_it_opens_by_the_wall_clock() -> None:
    for day, utc_hour in ((date(2026, 7, 7), 7), (TUESDAY, 8)):
        begins = datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
        assert is_open(OFFICE, Period(begins, begins + timedelta(hours=3)))
        assert not is_open(OFFICE, Period(begins - timedelta(minutes=1), begins + timedelta(hours=1)))


def test_the_night_of_each_change_of_clocks_has_its_true_length() -> None:
    sunday = [Hours(6, time(0), time(23, 59))]

    assert openings(sunday, date(2027, 3, 28), date(2027, 3, 28))[0].minutes == 23 * 60
    assert openings(sunday, date(2027, 10, 31), date(2027, 10, 31))[0].minutes == 25 * 60


def test_times_in_the_hour_that_does_not_exist_open_nothing_backwards() -> None:
    spans = openings([Hours(6, time(2, 30), time(3))], date(2027, 3, 28), date(2027, 3, 28))

    assert spans == []


spans_of_day = st.tuples(
    st.integers(0, 6), st.integers(0, 95), st.integers(0, 95)
).filter(lambda one: one[1] < one[2]).map(
    lambda one: Hours(one[0], time(one[1] // 4, one[1] % 4 * 15), time(one[2] // 4, one[2] % 4 * 15))
)  # fmt: skip
moments = st.integers(0, 60 * 24 * 400 // 15).map(
    lambda quarter: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
)


@settings(max_examples=300, deadline=None)
@given(hours=st.lists(spans_of_day, min_size=1, max_size=10), start=moments, quarters=st.integers(1, 60))
def test_it_is_open_exactly_when_every_quarter_of_an_hour_is(
    hours: list[Hours], start: datetime, quarters: int
) -> None:
    """A naive oracle that walks through the period: all spans begin and end on quarters of an hour."""

    def open_at(moment: datetime) -> bool:
        here = local(moment)
        return any(
            span.weekday == here.weekday() and span.opens <= here.time() < span.closes for span in hours
        )

    period = Period(start, start + timedelta(minutes=15 * quarters))
    walked = [start + timedelta(minutes=15 * step) for step in range(quarters)]
    clocks_change = local(period.start).utcoffset() != local(period.end).utcoffset()

    if not clocks_change:
        assert is_open(hours, period) == all(open_at(moment) for moment in walked)


@settings(max_examples=200, deadline=None)
@given(hours=st.lists(spans_of_day, max_size=10), start=moments, quarters=st.integers(1, 400))
def test_minutes_within_are_those_of_every_span_for_itself(
    hours: list[Hours], start: datetime, quarters: int
) -> None:
    period = Period(start, start + timedelta(minutes=15 * quarters))
    days = local(period.start).date() - timedelta(days=1), local(period.end).date() + timedelta(days=1)
    spans = openings(hours, *days)

    naive = sum(
        max(int((min(s.end, period.end) - max(s.start, period.start)).total_seconds() // 60), 0)
        for s in spans
    )

    assert minutes_within(spans, period) == naive
    assert all(one.end < other.start for one, other in pairwise(spans))
