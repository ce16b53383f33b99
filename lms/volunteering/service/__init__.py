"""What people and the team can do about helping; every public method is one transaction."""

from lms.volunteering.service.allowances import HelperAllowances
from lms.volunteering.service.applying import Helpers
from lms.volunteering.service.hours import HelperHours
from lms.volunteering.service.shifts import Shifts

__all__ = ["HelperAllowances", "HelperHours", "Helpers", "Shifts"]
