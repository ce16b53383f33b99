"""The table of contents of `accounts`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="accounts")
