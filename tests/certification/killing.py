"""A worker of its own that issues until it is killed, seen from outside."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from lms.certification.models import Certificate
from lms.db import Begin
from lms.web.module import Around

ROOT = Path(__file__).parents[2]
PATIENCE = 300


class Scenes:
    """Lets children issue and die (see `scenes`)."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    async def kill_after(self, number: int, house: Around) -> None:
        """Let a worker issue until there are so many certificates, then kill it without a word."""

        async def is_enough() -> bool:
            return await issued(house.begin) >= number

        await self.kill_when(is_enough, house)

    async def kill_when(self, is_enough: Callable[[], Awaitable[bool]], house: Around) -> None:
        """Let a worker work until it is enough, then kill it without a word."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        told = {"DATABASE_URL": house.settings.database_url, "FILES": str(house.settings.files)}
        self._running.stdin.write(f"{json.dumps(told)}\n")
        self._running.stdin.flush()
        child = int(await asyncio.to_thread(self._running.stdout.readline))
        try:
            async with asyncio.timeout(PATIENCE):
                while not await is_enough():  # noqa: ASYNC110 - another process makes it so
                    await asyncio.sleep(0.02)
        finally:
            os.kill(child, signal.SIGKILL)


@contextmanager
def scenes_running() -> Iterator[Scenes]:
    """Start the process, and end it with the block."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.certification.scenes"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        yield Scenes(running)
        running.kill()


async def issued(begin: Begin) -> int:
    """How many certificates there are."""
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(Certificate)) or 0
