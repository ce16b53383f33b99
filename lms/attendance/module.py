"""The table of contents of `attendance`, for app.py."""

from lms.attendance.api import AttendanceDoor
from lms.attendance.events import MakeUpAgreed, MakeUpWithdrawn
from lms.attendance.letters import tell_guests_of_changes, tell_of_make_up, tell_of_withdrawn_make_up
from lms.attendance.make_up import MakeUps
from lms.attendance.pages.register import RegisterPages
from lms.attendance.pages.runs import RunPages
from lms.attendance.pages.sessions import SessionPages
from lms.attendance.service import Register
from lms.scheduling.events import SessionsChanged
from lms.web.module import Module

MODULE = Module(
    name="attendance",
    controllers=[RunPages, SessionPages, RegisterPages, AttendanceDoor],
    services={"attendance": Register, "make_ups": MakeUps},
    listeners={
        MakeUpAgreed: [tell_of_make_up],
        MakeUpWithdrawn: [tell_of_withdrawn_make_up],
        SessionsChanged: [tell_guests_of_changes],
    },
)
