"""The process whose children die, seen from outside."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.enrolment.models import Enrolment
from lms.web.module import Around

ROOT = Path(__file__).parents[2]


class Scenes:
    """Lets children buy places and die (see `scenes`)."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    async def kill(self, step: str, house: Around, claim: Enrolment) -> None:
        """Let a process buy this place until it dies at the step. AssertionError where it lived on."""
        told = {
            "STEP": step, "DATABASE_URL": house.settings.database_url, "STRIPE_API": house.settings.stripe_api,
            "FILES": str(house.settings.files), "ENROLMENT": str(claim.id), "NOW": house.clock().isoformat(),
        }  # fmt: skip
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(f"{json.dumps(told)}\n")
        self._running.stdin.flush()
        ended_by = await asyncio.to_thread(self._running.stdout.readline)
        assert int(ended_by) == signal.SIGKILL


@contextmanager
def scenes_running() -> Iterator[Scenes]:
    """Start the process, and end it with the block."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.payments.scenes"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        yield Scenes(running)
        running.kill()
