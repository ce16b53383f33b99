"""The table of contents of `feeds`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="feeds")
