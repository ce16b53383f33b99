"""For some days after publishing only those may enrol who have a right to book early (F-N10)."""

from datetime import timedelta

from lms.catalogue.models import RunState
from lms.scheduling.deadlines import begin_early, early_until
from tests.making import MOMENT, make_course, make_run


def test_publishing_opens_the_days_for_some_and_leaves_time_for_all() -> None:
    run = make_run(make_course(), state=RunState.DRAFT, early_days=7, starts_at=MOMENT + timedelta(days=40))
    begin_early(run, MOMENT)
    assert run.follow_opens_at == MOMENT
    assert run.enrolment_opens_at is not None
    assert run.enrolment_opens_at.date() == (MOMENT + timedelta(days=6)).date()  # midnight here is 23:00 UTC

    soon = MOMENT + timedelta(days=4)
    assert early_until(MOMENT, 7, soon) == MOMENT + timedelta(days=2)

    plain = make_run(make_course(), state=RunState.DRAFT)
    begin_early(plain, MOMENT)
    assert plain.follow_opens_at is None
