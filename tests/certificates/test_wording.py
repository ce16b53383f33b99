"""What the paper says of time and extent, in both languages."""

from datetime import date

import pytest

from certificates import wording
from certificates.document import Language
from tests.certificates.making import make_certificate

GERMAN, ENGLISH = wording.WORDS[Language.GERMAN], wording.WORDS[Language.ENGLISH]


@pytest.mark.parametrize(
    ("first", "last", "german", "english"),
    [
        (
            date(2026, 9, 8),
            date(2026, 11, 17),
            "8. September bis 17. November 2026",
            "8 September to 17 November 2026",
        ),
        (
            date(2025, 12, 1),
            date(2026, 1, 5),
            "1. Dezember 2025 bis 5. Januar 2026",
            "1 December 2025 to 5 January 2026",
        ),
        (date(2026, 3, 3), date(2026, 3, 3), "3. März 2026", "3 March 2026"),
    ],
)
def test_a_period_says_once_what_both_days_share(first: date, last: date, german: str, english: str) -> None:
    certificate = make_certificate(first_day=first, last_day=last)

    assert wording.period(certificate, GERMAN).replace(wording.NO_BREAK, " ") == german
    assert wording.period(certificate, ENGLISH).replace(wording.NO_BREAK, " ") == english


def test_a_date_does_not_break_over_lines() -> None:
    assert wording.written(date(2026, 11, 22), GERMAN) == "22.\u00a0November\u00a02026"


@pytest.mark.parametrize(
    ("attended", "planned", "german", "english"),
    [
        (18, 20, "18 von 20 Unterrichtseinheiten zu je 45 Minuten", "18 of 20 units of 45 minutes each"),
        (1, 2, "1 von 2 Unterrichtseinheiten zu je 45 Minuten", "1 of 2 units of 45 minutes each"),
        (1, 1, "1 von 1 Unterrichtseinheit zu 45 Minuten", "1 of 1 unit of 45 minutes"),
    ],
)
def test_the_extent_counts_what_was_attended_of_what_was_planned(
    attended: int, planned: int, german: str, english: str
) -> None:
    certificate = make_certificate(units_attended=attended, units_planned=planned)

    assert wording.extent(certificate, GERMAN) == german
    assert wording.extent(certificate, ENGLISH) == english
