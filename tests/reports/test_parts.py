"""Money of a run that belongs to several lines is divided so that the parts add up to the cent."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lms.reports.figures.coverage import part_of


@given(
    st.integers(-(10**7), 10**7), st.dictionaries(st.uuids(), st.integers(1, 5000), min_size=1, max_size=6)
)
def test_the_parts_of_an_amount_come_to_the_amount(cents: int, minutes: dict[UUID, int]) -> None:
    parts = list(minutes.items())

    assert sum(part_of(cents, parts, name) for name, _ in parts) == cents
