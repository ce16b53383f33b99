"""The table of contents of `districts`, for app.py."""

from lms.districts.service import Districts
from lms.web.module import Module

MODULE = Module(name="districts", services={"districts": Districts})
