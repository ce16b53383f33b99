"""The table of contents of `quizzes`, for app.py."""

from lms.quizzes import trainers
from lms.web.module import Module

MODULE = Module(
    name="quizzes",
    controllers=[*trainers.CONTROLLERS],
    services={**trainers.SERVICES},
)
