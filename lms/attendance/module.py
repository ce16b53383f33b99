"""The table of contents of `attendance`, for app.py."""

from lms.attendance.service import Register
from lms.web.module import Module

MODULE = Module(name="attendance", services={"register": Register})
