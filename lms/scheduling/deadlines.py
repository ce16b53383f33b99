"""Deadlines that follow the dates of a run (F-E02, F-E09), as plain functions: no session, no request, no clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

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
