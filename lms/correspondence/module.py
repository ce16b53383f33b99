"""The table of contents of `correspondence`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="correspondence")
