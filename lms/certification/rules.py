"""Decisions about certificates, as plain functions. Who has earned one is decided in `eligibility`."""

from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta

from lms.kernel.clock import at_venue, local

KEPT = relativedelta(years=10)


def kept_until(issued_at: datetime) -> date:
    """The last day of the register's time: ten years after the day of issue, at the venue."""
    return local(issued_at).date() + KEPT


def issued_before(day: date) -> datetime:
    """The moment before which everything was issued whose time in the register is over on this day."""
    return at_venue(day - KEPT, time())
