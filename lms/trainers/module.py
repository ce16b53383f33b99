"""The table of contents of `trainers`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="trainers")
