"""The table of contents of `certification`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="certification")
