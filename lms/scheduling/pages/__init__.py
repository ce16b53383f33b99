"""Pages of the planners."""

from lms.scheduling.pages.course_pattern import CoursePatternPages
from lms.scheduling.pages.device_care import KitCheckPages, OutagePages, RepairPages
from lms.scheduling.pages.new_run import NewRunPages
from lms.scheduling.pages.run_devices import CourseDevicePages, RunDevicePages

DEVICE_PAGES = (RunDevicePages, CourseDevicePages, OutagePages, RepairPages, KitCheckPages)

__all__ = ["DEVICE_PAGES", "CoursePatternPages", "NewRunPages"]
