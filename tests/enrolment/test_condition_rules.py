"""Conditions and deadlines as plain decisions: values in, values out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.catalogue.models import CancelFrom
from lms.enrolment.conditions.rules import folded, is_to_be_deleted, lives_in, narrower
from lms.enrolment.rules import free_until
from lms.scheduling.deadlines import days_before, follow_dates
from tests.making import make_course, make_run

START = datetime(2027, 3, 30, 8, tzinfo=UTC)
"""A Tuesday at 10:00 in Haldensleben, two days after the clocks were put forward."""


@pytest.mark.parametrize(
    ("postal_code", "city", "fits"),
    [
        ("39340", "", True), ("39345", "", False), ("39326", "Wolmirstedt", True), ("", "haldensleben", True),
        ("", "Haldensleben, OT Wedringen", True), ("38350", "Helmstedt", False), ("", "Neuhaldensleben", False),
    ],
)  # fmt: skip
def test_an_address_fits_by_postal_code_its_beginning_or_the_town(
    postal_code: str,
    city: str,
    fits: bool,  # noqa: FBT001
) -> None:
    assert lives_in(["39340", "3932", "Haldensleben"], postal_code, city) is fits


def test_a_run_narrows_the_ages_of_its_course_and_never_widens_them() -> None:
    assert narrower((16, None), (14, 65)) == (16, 65)
    assert narrower((None, 70), (60, 80)) == (60, 70)
    assert folded(" Apfel-Baum ") == folded("APFELBAUM") == "apfelbaum"


def test_days_are_counted_on_the_wall_clock_across_the_change_of_clocks() -> None:
    assert days_before(START, 7) == datetime(2027, 3, 23, 9, tzinfo=UTC)
    assert days_before(START, -1) == datetime(2027, 3, 31, 8, tzinfo=UTC)


def test_counted_deadlines_follow_the_dates_and_chosen_ones_stay() -> None:
    chosen = datetime(2027, 1, 4, 9, tzinfo=UTC)
    run = make_run(make_course(), enrolment_opens_at=chosen, closes_days_before=-1, promotion_session=2)
    starts = [START, START + timedelta(days=7)]

    follow_dates(run, starts)

    assert run.enrolment_opens_at == chosen
    assert run.enrolment_closes_at == START + timedelta(days=1)
    assert run.promotion_ends_at == starts[1]
    follow_dates(run, [])
    assert run.enrolment_closes_at == START + timedelta(days=1)
    follow_dates(run, [START])  # fewer sessions than the one that was meant: the last counts
    assert run.promotion_ends_at == START


def test_free_cancelling_is_counted_from_the_start_from_the_end_of_enrolment_or_named() -> None:
    run = make_run(
        make_course(), starts_at=START, enrolment_closes_at=START - timedelta(days=10), cancel_free_days=3
    )

    assert free_until(run) == date(2027, 3, 27)
    run.cancel_from = CancelFrom.CLOSING
    assert free_until(run) == date(2027, 3, 17)
    run.cancel_from, run.cancel_free_until = CancelFrom.DAY, date(2027, 2, 1)
    assert free_until(run) == date(2027, 2, 1)


def test_answers_are_kept_for_as_long_as_the_question_says_after_the_run_s_end() -> None:
    assert not is_to_be_deleted(START, 30, START + timedelta(days=29))
    assert is_to_be_deleted(START, 30, START + timedelta(days=30))
    assert not is_to_be_deleted(None, 0, START)
