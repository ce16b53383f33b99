"""The table of contents of `teaching`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="teaching")
