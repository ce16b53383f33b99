"""What is decided about persons without asking anybody."""

from datetime import date

import pytest

from lms.people.rules import GRANTS, decides_alone, written
from tests.people.acting import CANCEL, ENROL


def test_what_a_mandate_allows_is_a_list_and_nothing_else() -> None:
    assert written([CANCEL]) == "see cancel"
    assert GRANTS[ENROL] == {
        ("C", "enrolment"),
        ("object", "attendance"),
    }  # who enrols may say that a mark is wrong
    assert not any(resource == "person" for rights in GRANTS.values() for _, resource in rights)


@pytest.mark.parametrize(
    ("born", "day", "alone"),
    [
        (date(2010, 12, 5), date(2026, 12, 4), False),
        (date(2010, 12, 4), date(2026, 12, 4), True),
        (None, date(2026, 12, 4), True),
    ],
)
def test_from_sixteen_on_one_decides_alone_about_photos(*, born: date | None, day: date, alone: bool) -> None:
    assert decides_alone(born, day) is alone
