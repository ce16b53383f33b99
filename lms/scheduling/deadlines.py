"""Deadlines that follow the dates of a run (F-E02, F-E09), as plain functions: no session, no request, no clock."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from lms.catalogue.models import Run
from lms.kernel.clock import at_venue, local


def follow_dates(run: Run, starts: Sequence[datetime]) -> None:
    """Reckon those deadlines of a run anew that are counted from its sessions, which begin at these moments, in order.

    What was chosen as a moment stays. Without sessions everything stays, for the day when there are some again.
    """
    if not starts:
        return
    if run.opens_days_before is not None:
        run.enrolment_opens_at = days_before(starts[0], run.opens_days_before)
    if run.closes_days_before is not None:
        run.enrolment_closes_at = days_before(starts[0], run.closes_days_before)
    if run.promotion_session is not None:
        run.promotion_ends_at = starts[min(max(run.promotion_session, 1), len(starts)) - 1]


def days_before(start: datetime, days: int) -> datetime:
    """So many days before (negative: after) a session, at its time on the wall clock (domain rule 10)."""
    begins = local(start)
    return at_venue(begins.date() - timedelta(days=days), begins.time())


def begin_early(run: Run, now: datetime) -> None:
    """Let the days begin in which only those with a right to book early may enrol, where the run has such days (F-N10).

    Everybody else may from midnight after them. Enrolment that closes before is shared: half of the time for each.
    """
    if not run.early_days:
        return
    until = early_until(now, run.early_days, run.enrolment_closes_at or run.starts_at)
    run.follow_opens_at = min(run.follow_opens_at or now, now)
    run.enrolment_opens_at = max(run.enrolment_opens_at or until, until)
    run.opens_days_before = None


def early_until(now: datetime, days: int, closing: datetime | None) -> datetime:
    """When everybody may enrol, if some may so many days earlier."""
    until = at_venue(local(now).date() + timedelta(days=days), time())
    if closing is None or until < closing:
        return until
    return now + (closing - now) / 2
