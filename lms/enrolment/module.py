"""The table of contents of `enrolment`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="enrolment")
