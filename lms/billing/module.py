"""The table of contents of `billing`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="billing")
