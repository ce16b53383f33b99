"""Periods, numbers and reminders, without a database."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from lms.lending.errors import EndsBeforeItBegins, InThePast, TooLong
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.rules import (
    Buffers,
    Standing,
    days_late,
    missing,
    number_in,
    period_of,
    reminders_by,
    spellings,
    standing,
)
from lms.lending.terms import terms
from tests.making import MOMENT

NOW = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)


def test_a_loan_of_days_to_come_runs_from_eight_to_six_by_the_wall_clock() -> None:
    period = period_of(date(2026, 12, 7), date(2026, 12, 18), NOW)

    assert (period.start, period.end) == (
        datetime(2026, 12, 7, 7, 0, tzinfo=UTC),
        datetime(2026, 12, 18, 17, 0, tzinfo=UTC),
    )


def test_the_wall_clock_holds_across_the_change_of_clocks() -> None:
    period = period_of(date(2027, 3, 27), date(2027, 3, 28), NOW)

    assert (period.start.hour, period.end.hour) == (7, 16)


def test_a_loan_of_today_begins_now_and_one_after_six_ends_at_midnight() -> None:
    evening = datetime(2026, 12, 4, 18, 30, tzinfo=UTC)

    by_day = period_of(date(2026, 12, 4), date(2026, 12, 4), NOW)
    late = period_of(date(2026, 12, 4), date(2026, 12, 4), evening)

    assert (by_day.start, by_day.end) == (NOW, datetime(2026, 12, 4, 17, 0, tzinfo=UTC))
    assert (late.start, late.end) == (evening, datetime(2026, 12, 4, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(2026, 12, 3), date(2026, 12, 9), InThePast),
        (date(2026, 12, 9), date(2026, 12, 8), EndsBeforeItBegins),
        (date(2026, 12, 9), date(2026, 12, 3), InThePast),
        (date(2026, 12, 9), date(2028, 12, 9), TooLong),
    ],
)
def test_periods_that_cannot_be_are_refused(first: date, last: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        period_of(first, last, NOW)


def test_the_way_and_the_turnaround_stand_around_a_loan() -> None:
    period = period_of(date(2026, 12, 7), date(2026, 12, 7), NOW)

    around = Buffers(before_minutes=30, after_minutes=90).around(period)

    assert around.minutes == period.minutes + 120


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        ("0042", "0042"),
        (" 0042\r\n", "0042"),
        ("https://lernen.haldensleben.example/g/0042", "0042"),
        ("http://127.0.0.1:8000/en/g/0042?von=etikett", "0042"),
        ("/g/A%2D7/", "A-7"),
        ("https://elsewhere.example/buch/0042", "https://elsewhere.example/buch/0042"[:40]),
        ("", ""),
    ],
)
def test_a_scanned_text_is_a_number_or_the_address_on_our_labels(scanned: str, number: str) -> None:
    assert number_in(scanned) == number


def test_whoever_types_42_means_0042_as_well() -> None:
    assert spellings("42") == ["42", "0042"]
    assert spellings("a7") == ["a7", "00a7", "A7"]


def test_what_did_not_come_back_is_named_in_its_order() -> None:
    assert missing(["Netzteil", "Hülle", "Stift"], ["Hülle"]) == ["Netzteil", "Stift"]


@pytest.mark.parametrize(("late", "written"), [(0, 0), (1, 1), (6, 1), (7, 2), (13, 2), (14, 3), (400, 3)])
def test_reminders_follow_the_days(late: int, written: int) -> None:
    assert reminders_by([1, 7, 14], late) == written


def test_days_are_counted_by_the_calendar_of_the_venues() -> None:
    due = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)

    assert days_late(due, datetime(2026, 12, 4, 22, 59, tzinfo=UTC)) == 0
    assert days_late(due, datetime(2026, 12, 4, 23, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("state", "now", "found"),
    [
        (LoanState.RESERVED, datetime(2026, 12, 7, 12, tzinfo=UTC), Standing.RESERVED),
        (LoanState.RESERVED, datetime(2026, 12, 8, 12, tzinfo=UTC), Standing.UNCLAIMED),
        (LoanState.OUT, datetime(2026, 12, 9, 12, tzinfo=UTC), Standing.OUT),
        (LoanState.OUT, datetime(2026, 12, 18, 12, tzinfo=UTC), Standing.DUE),
        (LoanState.OUT, datetime(2026, 12, 18, 17, tzinfo=UTC), Standing.OVERDUE),
        (LoanState.LOST, datetime(2027, 1, 18, 17, tzinfo=UTC), Standing.LOST),
    ],
)
def test_how_a_loan_stands_follows_from_state_and_clock(
    state: LoanState, now: datetime, found: Standing
) -> None:
    loan = Loan(
        reference="K7QF-2MNP",
        device_id=uuid4(),
        person_id=uuid4(),
        purpose=LoanPurpose.HOME,
        starts_at=datetime(2026, 12, 7, 7, tzinfo=UTC),
        due_at=datetime(2026, 12, 18, 17, tzinfo=UTC),
        created_at=MOMENT,
        state=state,
    )

    assert standing(loan, now) is found


def test_both_languages_have_the_same_rules() -> None:
    assert len(terms("de")) == len(terms("en")) == 9
