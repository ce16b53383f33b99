"""The table of contents of `catalogue`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="catalogue")
