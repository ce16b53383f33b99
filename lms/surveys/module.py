"""The table of contents of `surveys`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="surveys")
