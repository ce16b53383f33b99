"""The table of contents of `people`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="people")
