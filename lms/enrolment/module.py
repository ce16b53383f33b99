"""The table of contents of `enrolment`, for app.py."""

from lms.enrolment.service import Enrolments
from lms.web.module import Module

MODULE = Module(name="enrolment", services={"enrolment": Enrolments})
