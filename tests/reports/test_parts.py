"""Parts that add up: money of a run that belongs to several lines, to the cent; and times that a report may be about."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lms.reports.figures.coverage import part_of
from lms.reports.figures.spans import Span


@given(
    st.integers(-(10**7), 10**7), st.dictionaries(st.uuids(), st.integers(1, 5000), min_size=1, max_size=6)
)
def test_the_parts_of_an_amount_come_to_the_amount(cents: int, minutes: dict[UUID, int]) -> None:
    parts = list(minutes.items())

    assert sum(part_of(cents, parts, name) for name, _ in parts) == cents


def test_times_are_months_a_year_or_the_days_of_a_line() -> None:
    odd = Span(date(2026, 3, 15), date(2026, 9, 30))

    assert [Span(date(2026, 1, 1), date(2026, month, 31)).is_year for month in (10, 12)] == [False, True]
    assert not Span(date(2026, 1, 1), date(2027, 12, 31)).is_year
    assert Span(date(2026, 2, 1), date(2026, 4, 30)).is_of_months()
    assert (odd.is_of_months(), odd.is_of_months(odd.first, None)) == (False, True)
