"""When somebody can teach: weekly hours, absences, midnight, and the change of clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.trainers.rules import Away, Hours, Reason, can_teach

TUESDAY = date(2026, 12, 8)
TUESDAYS: Hours = {1: [(time(8), time(12)), (time(12), time(14))]}
EVENINGS: Hours = {1: [(time(18), time(23, 59))], 2: [(time(0), time(2))]}


def on(day: date, start: time, minutes: int) -> Period:
    begins = at_venue(day, start)
    return Period(begins, begins + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("hours", "period", "expected"),
    [
        ({}, on(TUESDAY, time(22), 90), None),  # who has said nothing can always
        (TUESDAYS, on(TUESDAY, time(8), 120), None),
        (TUESDAYS, on(TUESDAY, time(11), 180), None),  # two spans that touch are one
        (TUESDAYS, on(TUESDAY, time(7, 59), 60), Reason.OUTSIDE_HOURS),
        (TUESDAYS, on(TUESDAY, time(13), 61), Reason.OUTSIDE_HOURS),
        (TUESDAYS, on(TUESDAY + timedelta(days=1), time(9), 60), Reason.OUTSIDE_HOURS),  # no hours on Wednesday
        (EVENINGS, on(TUESDAY, time(22), 180), None),  # across midnight, hours on both days
        (EVENINGS, on(TUESDAY, time(22), 300), Reason.OUTSIDE_HOURS),
        ({6: [(time(9), time(12))]}, on(date(2027, 3, 28), time(9), 180), None),  # the morning clocks go forward
        ({6: [(time(9), time(12))]}, on(date(2026, 10, 25), time(9), 180), None),
        ({6: [(time(2), time(3))]}, on(date(2026, 10, 25), time(2, 30), 60), Reason.OUTSIDE_HOURS),
    ],
)  # fmt: skip
def test_hours_are_those_of_the_wall_clock(hours: Hours, period: Period, expected: Reason | None) -> None:
    assert can_teach(hours, [], period) == expected


@pytest.mark.parametrize(
    ("from_hour", "until_hour", "expected"),
    [
        (9, 10, Reason.ABSENT),
        (8, 9, None),  # touching ends are no absence
        (11, 12, None),
        (10, 12, Reason.ABSENT),
        (0, 23, Reason.ABSENT),
    ],
)
def test_an_absence_counts_when_it_shares_a_moment(
    from_hour: int, until_hour: int, expected: Reason | None
) -> None:
    away = Away(
        Period(datetime(2026, 12, 8, from_hour, tzinfo=UTC), datetime(2026, 12, 8, until_hour, tzinfo=UTC))
    )

    assert can_teach({}, [away], on(TUESDAY, time(10), 120)) == expected


def test_an_absence_is_the_stronger_word() -> None:
    evening = on(TUESDAY, time(20), 60)

    assert can_teach(TUESDAYS, [Away(evening)], evening) == Reason.ABSENT
