"""Which regulation holds, what counts, how much room is left: plain functions."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.aid.models import AidRule, AidWindow
from lms.aid.rules import (
    Granted,
    counted,
    declared,
    discount,
    hourly,
    most_in_any_window,
    register_until,
    rule_on,
    undertaking,
    window_begins,
)

KNOWN = datetime(2024, 1, 1, tzinfo=UTC)
OLD = AidRule(
    regulation="1407/2013", ceiling_cents=20_000_000, window=AidWindow.FISCAL, valid_from=date(2014, 1, 1), source="",
    added_at=KNOWN,
)  # fmt: skip
NEW = AidRule(
    regulation="2023/2831", ceiling_cents=30_000_000, window=AidWindow.ROLLING, valid_from=date(2024, 1, 1), source="",
    added_at=KNOWN, register_from=date(2026, 1, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2013, 12, 31), None),
        (date(2023, 12, 31), OLD),
        (date(2024, 1, 1), NEW),
        (date(2026, 12, 4), NEW),
    ],
)
def test_the_regulation_of_the_day_of_granting_counts(day: date, rule: AidRule | None) -> None:
    assert rule_on([NEW, OLD], day) is rule


@pytest.mark.parametrize(
    ("window", "day", "first"),
    [
        (AidWindow.ROLLING, date(2026, 12, 4), date(2023, 12, 5)),
        (AidWindow.ROLLING, date(2028, 2, 29), date(2025, 3, 1)),
        (AidWindow.FISCAL, date(2023, 6, 30), date(2021, 1, 1)),
    ],
)
def test_three_years_back_from_the_day_or_three_fiscal_years(
    window: AidWindow, day: date, first: date
) -> None:
    assert window_begins(window, day) == first


def test_what_was_granted_exactly_three_years_before_counts_no_more() -> None:
    granted = [Granted(date(2023, 12, 4), 100), Granted(date(2023, 12, 5), 10), Granted(date(2026, 12, 4), 1)]

    assert counted(granted, AidWindow.ROLLING, date(2026, 12, 4)) == 11
    assert counted(granted, AidWindow.FISCAL, date(2025, 12, 4)) == 110


def test_aid_for_a_day_gone_by_must_not_make_a_later_day_exceed_the_ceiling() -> None:
    granted = [Granted(date(2026, 6, 1), 29_000_000), Granted(date(2025, 1, 1), 2_000_000)]

    assert most_in_any_window(granted, AidWindow.ROLLING, date(2025, 1, 1)) == 31_000_000


@given(st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.integers(1, 10**7)), max_size=8), st.dates(date(2020, 1, 1), date(2027, 1, 1)))  # fmt: skip
def test_what_counts_is_never_more_than_everything_and_never_less_than_that_day(
    rows: list[tuple[date, int]], day: date
) -> None:
    granted = [Granted(on, cents) for on, cents in rows]

    for window in AidWindow:
        found = counted(granted, window, day)
        assert sum(cents for on, cents in rows if on == day) <= found <= sum(cents for _, cents in rows)
        assert most_in_any_window(granted, window, day) >= found


def test_amounts_are_reckoned_to_the_cent() -> None:
    assert (discount(50_000, 20_000), discount(100, 200)) == (30_000, 0)
    assert (hourly(90, 9_500), hourly(45, 9_501), hourly(0, 9_500)) == (14_250, 7_126, 0)


def test_the_register_gives_twenty_working_days_from_2026_on() -> None:
    assert register_until(NEW, date(2026, 2, 2), "ST") == date(2026, 3, 2)
    assert register_until(NEW, date(2025, 12, 31), "ST") is None
    assert register_until(OLD, date(2026, 12, 4), "ST") is None


def test_public_holidays_of_the_state_are_no_working_days() -> None:
    """Art. 2 of Regulation (EEC, Euratom) No 1182/71: 25 December and 1 January here, Epiphany in Saxony-Anhalt alone."""
    assert register_until(NEW, date(2026, 12, 4), "ST") == date(2027, 1, 5)
    assert register_until(NEW, date(2026, 12, 9), "ST") == date(2027, 1, 11)
    assert register_until(NEW, date(2026, 12, 9), "BE") == date(2027, 1, 8)


def test_linked_companies_are_one_undertaking_whoever_declared_it_and_through_others() -> None:
    a, b, c, d = (uuid4() for _ in range(4))
    links = {a: [b], c: [b], d: []}

    assert undertaking(a, links) == undertaking(b, links) == undertaking(c, links) == {a, b, c}
    assert undertaking(d, links) == {d}


def test_what_two_linked_companies_both_declare_is_the_same_aid() -> None:
    one, other = ({"granted_on": f"2025-03-0{day}", "amount_cents": 500} for day in (1, 2))

    assert sorted(each.on.day for each in declared([[one, one], [one, other]])) == [1, 1, 2]
