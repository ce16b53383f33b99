"""The table of contents of `scheduling`, for app.py."""

from lms.scheduling.pages import NewRunPages
from lms.scheduling.service import Scheduling
from lms.web.module import Module

MODULE = Module(name="scheduling", controllers=[NewRunPages], services={"scheduling": Scheduling})
