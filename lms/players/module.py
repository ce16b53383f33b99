"""The table of contents of `players`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="players")
