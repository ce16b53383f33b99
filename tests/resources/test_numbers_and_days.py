"""Inventory numbers as they are typed, and months as they are shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.kernel.period import Period
from lms.resources.devices.days import Month, day_of, fewest_free
from lms.resources.devices.numbering import TooManyNumbers, UnreadableNumbers, next_number, numbers_in

NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


def span(from_hour: float, to_hour: float) -> Period:
    return Period(NOON + timedelta(hours=from_hour), NOON + timedelta(hours=to_hour))


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("0089", ["0089"]),
        ("0089–0091, 0095", ["0089", "0090", "0091", "0095"]),
        ("0098-0101\n0098", ["0098", "0099", "0100", "0101"]),
        ("T-08 bis T-10", ["T-08", "T-09", "T-10"]),
        ("T08-10;X.2", ["T08", "T09", "T10", "X.2"]),
        ("A-12", ["A-12"]),
        (" , ", []),
    ],
)
def test_rows_of_numbers_are_read(typed: str, numbers: list[str]) -> None:
    assert numbers_in(typed) == numbers


@pytest.mark.parametrize("typed", ["0091–0089", "<b>", "a b", "X/2", "x" * 41, "T1–U9"])
def test_what_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableNumbers):
        numbers_in(typed)


def test_nobody_makes_ten_thousand_devices_by_a_slip() -> None:
    with pytest.raises(TooManyNumbers):
        numbers_in("0001–9999")
    with pytest.raises(TooManyNumbers):
        numbers_in("1-150,200-300")


def test_the_next_number_follows_the_highest() -> None:
    assert next_number([]) == "0001"
    assert next_number(["0007", "0088", "T-99"]) == "0089"
    assert next_number(["0099", "9999"]) == "10000"


def test_a_month_is_whole_weeks() -> None:
    month = Month.of("2026-02", date(2026, 12, 4))

    assert (month.before.key, month.after.key, len(month.weeks)) == ("2026-01", "2026-03", 5)
    assert (month.weeks[0][0], month.weeks[-1][-1]) == (date(2026, 1, 26), date(2026, 3, 1))
    assert {
        Month.of(typed, date(2026, 12, 4)).key for typed in ("", "x", "2026-13", "0001-01", "9999-12")
    } == {"2026-12"}


def test_a_day_on_which_the_clocks_change_has_23_or_25_hours() -> None:
    assert day_of(date(2027, 3, 28)).minutes == 23 * 60
    assert day_of(date(2026, 10, 25)).minutes == 25 * 60


def test_the_busiest_moment_of_a_day_counts() -> None:
    day = span(0, 24)

    assert fewest_free([], day, 5) == 5
    assert fewest_free([span(1, 2), span(2, 3)], day, 5) == 4
    assert fewest_free([span(-1, 2), span(1, 3), span(1.5, 30), span(24, 30)], day, 5) == 2
