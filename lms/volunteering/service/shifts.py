"""Shifts: the team plans them, helpers take them."""

from lms.volunteering.service.planning import ShiftPlans
from lms.volunteering.service.taking import ShiftTaking


class Shifts(ShiftPlans, ShiftTaking):
    """Everything about shifts; every public method is one transaction."""
