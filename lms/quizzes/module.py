"""The table of contents of `quizzes`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.quizzes import trainers
from lms.quizzes.events import AttemptMarked
from lms.quizzes.file_pages import AttemptFileDoor
from lms.quizzes.forgetting import forget_old
from lms.quizzes.letters import tell_of_marks
from lms.quizzes.pages import QuizPages
from lms.quizzes.taking import Attempts
from lms.web.module import Around, Module

CLOSING = timedelta(minutes=1)


def _close(around: Around) -> Periodic:
    async def act() -> None:
        await Attempts(around).close_overdue()

    return Periodic("close-overdue-attempts", CLOSING, act)


def _forget(around: Around) -> Periodic:
    async def act() -> None:
        while await forget_old(around.begin, around.clock):
            pass

    return Periodic("forget-old-attempts", timedelta(days=1), act)


MODULE = Module(
    name="quizzes",
    controllers=[QuizPages, AttemptFileDoor, *trainers.CONTROLLERS],
    services={"attempts": Attempts, **trainers.SERVICES},
    listeners={AttemptMarked: [tell_of_marks]},
    periodic=[_close, _forget],
)
