"""When a path is completed, how long a certificate counts, which reminder is due: as tables."""

from datetime import date
from uuid import uuid4

import pytest

from lms.certification.paths.rules import Demand, done, is_completed, still_needed
from lms.certification.validity.rules import last_day_of_validity, reminder_due

ENDS = date(2027, 3, 1)
A, B, C, D = (uuid4() for _ in range(4))


@pytest.mark.parametrize(
    ("required", "choices", "needed", "held", "reached", "completed", "missing"),
    [
        ("AB", "", 0, "", 0, "", "AB"),
        ("AB", "", 0, "A", 1, "", "B"),
        ("AB", "", 0, "AB", 2, "yes", ""),
        ("A", "BCD", 2, "A", 1, "", "BCD"),
        ("A", "BCD", 2, "AB", 2, "", "CD"),
        ("A", "BCD", 2, "BCD", 2, "", "A"),
        ("A", "BCD", 2, "ACD", 3, "yes", ""),
        ("A", "BCD", 2, "ABCD", 3, "yes", ""),
        ("", "BC", 1, "", 0, "", "BC"),
        ("", "BC", 1, "C", 1, "yes", ""),
    ],
)
def test_what_a_path_asks_for(
    required: str, choices: str, needed: int, held: str, reached: int, completed: str, missing: str
) -> None:  # fmt: skip
    known = {"A": A, "B": B, "C": C, "D": D}
    demand = Demand(
        frozenset(known[one] for one in required), frozenset(known[one] for one in choices), needed
    )
    holds = {known[one] for one in held}

    assert done(demand, holds) == reached
    assert is_completed(demand, holds) is bool(completed)
    assert still_needed(demand, holds, [A, B, C, D]) == [known[one] for one in missing]


@pytest.mark.parametrize(
    ("issued", "months", "ends"),
    [
        ("2026-11-27", 24, "2028-11-27"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-11-27", None, None),
        ("2026-11-27", 0, None),
    ],
)
def test_months_are_counted_as_the_law_counts_them(issued: str, months: int | None, ends: str | None) -> None:
    found = last_day_of_validity(date.fromisoformat(issued), months)

    assert found == (date.fromisoformat(ends) if ends else None)


@pytest.mark.parametrize(
    ("today", "issued", "reminded", "due"),
    [
        ("2026-12-30", "2025-03-01", None, None),
        ("2026-12-31", "2025-03-01", None, 60),
        ("2027-01-05", "2025-03-01", "2026-12-31", None),
        ("2027-02-15", "2025-03-01", "2026-12-31", 14),
        ("2027-02-15", "2025-03-01", None, 14),
        ("2027-02-16", "2025-03-01", "2027-02-15", None),
        ("2027-03-01", "2025-03-01", "2026-12-31", 14),
        ("2027-03-02", "2025-03-01", None, None),
        ("2027-01-20", "2027-01-10", None, None),
        ("2027-02-15", "2027-01-10", None, 14),
        ("2027-02-20", "2027-02-20", None, None),
    ],
)
def test_which_reminder_is_due(today: str, issued: str, reminded: str | None, due: int | None) -> None:
    found = reminder_due(
        valid_until=ENDS,
        issued_on=date.fromisoformat(issued),
        today=date.fromisoformat(today),
        days_before=[60, 14],
        reminded_on=date.fromisoformat(reminded) if reminded else None,
    )

    assert found == due
