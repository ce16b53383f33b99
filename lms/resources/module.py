"""The table of contents of `resources`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="resources")
