"""The table of contents of `learning`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="learning")
