"""Processes that end in the middle: `SIGKILL` around a named function of ours, as when the power fails.

A module of scenes is started once and imports everything; for each line that it reads, a JSON object, it forks a child that
acts until it dies, and answers with the signal that ended the child:

    STEPS = {"before the commit": (settling, "receive_money", AFTER)}
    async def main(told): ...                         # what a child does; it calls die(*STEPS[told["STEP"]])

    with scenes_running("tests.payments.scenes") as scenes:
        await scenes.kill("before the commit", house, ENROLMENT="…")
"""

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lms.web.module import Around

ROOT = Path(__file__).parents[1]
BEFORE, AFTER = "before", "after"
Step = tuple[Any, str, str]
"""Whose function, its name, and whether the process ends before or after it."""


def die(owner: Any, name: str, when: str) -> None:
    """Let the process end around this function, which may be a coroutine or not."""
    original = getattr(owner, name)

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        if when == AFTER:
            await original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    def deadly_at_once(*args: Any, **kwargs: Any) -> Any:
        if when == AFTER:
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly if inspect.iscoroutinefunction(original) else deadly_at_once)


def serve(act: Callable[[Mapping[str, str]], Coroutine[Any, Any, None]]) -> None:
    """Have children, one after the other, and say how each has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # it logs, and only numbers are read here
            asyncio.run(act(json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}\n")
        sys.stdout.flush()


class Scenes:
    """The process whose children die, seen from outside."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    async def kill(self, step: str, house: Around, **more: str) -> None:
        """Let a child act in this house until it dies at the step. AssertionError where it lived on."""
        told = {
            "STEP": step, "DATABASE_URL": house.settings.database_url, "STRIPE_API": house.settings.stripe_api,
            "FILES": str(house.settings.files), "NOW": house.clock().isoformat(), **more,
        }  # fmt: skip
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(f"{json.dumps(told)}\n")
        self._running.stdin.flush()
        ended_by = await asyncio.to_thread(self._running.stdout.readline)
        assert int(ended_by) == signal.SIGKILL


@contextmanager
def scenes_running(module: str) -> Iterator[Scenes]:
    """Start the process, and end it with the block."""
    # the module is not the main one: processes that a child starts would import it once more
    act = f"from tests.dying import serve; from {module} import main; serve(main)"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", act], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        yield Scenes(running)
        running.kill()
