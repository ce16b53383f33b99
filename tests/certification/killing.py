"""A worker of its own that issues until it is killed, seen from outside."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import func, select

from lms.certification.models import Certificate
from lms.db import Begin
from lms.web.module import Around

ROOT = Path(__file__).parents[2]
PATIENCE = 300


async def issued(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(Certificate)) or 0


async def killed_after(number: int, house: Around) -> None:
    """Let a worker of its own issue until there are so many, then kill it without a word."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.certification.scenes", cwd=ROOT,
        env={**os.environ, "DATABASE_URL": house.settings.database_url, "FILES": str(house.settings.files)},
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            while await issued(house.begin) < number:  # noqa: ASYNC110 - another process makes it so
                await asyncio.sleep(0.02)
    finally:
        running.send_signal(signal.SIGKILL)
        await running.wait()
