"""Decisions about certificates, as plain functions. Who has earned one is decided in `eligibility`."""

from datetime import date, datetime

from lms.certification.eligibility.rules import Lack, Standing, standing, whole_units
from lms.kernel.clock import local

__all__ = ["Lack", "Standing", "kept_until", "standing", "whole_units"]

KEPT_YEARS = 10


def kept_until(issued_at: datetime) -> date:
    """The last day of the register's time: ten years after the day of issue, at the venue."""
    day = local(issued_at).date()
    return day.replace(year=day.year + KEPT_YEARS, day=min(day.day, 28) if day.month == 2 else day.day)
