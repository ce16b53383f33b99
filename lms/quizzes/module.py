"""The table of contents of `quizzes`, for app.py."""

from lms.web.module import Module

MODULE = Module(name="quizzes")
