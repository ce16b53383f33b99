"""The table of contents of `portal`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="portal")
