"""Pages of the planners."""

from lms.scheduling.pages.new_run import NewRunPages

__all__ = ["NewRunPages"]
