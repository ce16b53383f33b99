"""The table of contents of `attendance`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="attendance")
