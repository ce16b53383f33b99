"""The table of contents of `interchange`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="interchange")
