"""Decisions about certificates, as plain functions. Who has earned one is decided in `eligibility`."""

from datetime import date, datetime, time

from lms.certification.eligibility.rules import Lack, Standing, standing, whole_units
from lms.kernel.clock import at_venue, local

__all__ = ["Lack", "Standing", "issued_before", "kept_until", "standing", "whole_units"]

KEPT_YEARS = 10


def kept_until(issued_at: datetime) -> date:
    """The last day of the register's time: ten years after the day of issue, at the venue."""
    day = local(issued_at).date()
    return day.replace(year=day.year + KEPT_YEARS, day=min(day.day, 28) if day.month == 2 else day.day)


def issued_before(day: date) -> datetime:
    """The moment before which everything was issued whose time in the register is over on this day."""
    return at_venue(
        day.replace(year=day.year - KEPT_YEARS, day=min(day.day, 28) if day.month == 2 else day.day), time()
    )
