"""The table of contents of `scheduling`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="scheduling")
