"""The table of contents of `practice`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="practice")
