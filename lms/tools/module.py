"""The table of contents of `tools`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.tools.doors import KeyDoor, LaunchDoor, ResultDoor, TokenDoor
from lms.tools.launching import Launches
from lms.tools.lesson_pages import ToolLessonPages
from lms.tools.register_pages import ToolRegisterPages
from lms.tools.registering import ToolRegister
from lms.tools.results import Results
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-tool-results", FORGETTING, Results(around).forget)


MODULE = Module(
    name="tools",
    controllers=[ToolLessonPages, ToolRegisterPages, KeyDoor, LaunchDoor, TokenDoor, ResultDoor],
    services={"launches": Launches, "tool_results": Results, "tool_register": ToolRegister},
    periodic=[_forget],
)
