"""The table of contents of `practice`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.practice.calls.letters import tell_of_help
from lms.practice.calls.pages import HelpPages, SessionHelpPages
from lms.practice.calls.service import HelpCalls
from lms.practice.events import HelpAnswered
from lms.practice.lesson_pages import ExercisePages
from lms.practice.lessons import PracticeLessons
from lms.web.module import Around, Module

ENDING = timedelta(hours=1)


def _end_calls(around: Around) -> Periodic:
    return Periodic("end-help-calls", ENDING, HelpCalls(around).end_overdue)


MODULE = Module(
    name="practice",
    controllers=[ExercisePages, SessionHelpPages, HelpPages],
    services={"practice_lessons": PracticeLessons, "help_calls": HelpCalls},
    listeners={HelpAnswered: [tell_of_help]},
    periodic=[_end_calls],
)
