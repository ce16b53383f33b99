"""A worker that is there to be killed: `python -m tests.certification.scenes` issues whatever waits until it dies."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from lms.app import around, worker
from lms.jobs import worker as working
from lms.kernel.clock import system_clock
from lms.settings import Settings

LEASE = timedelta(seconds=2)
"""Shorter than in service, so that the heirs of the dead need not wait a minute in a test."""


async def issue() -> None:
    """Work until killed."""
    working.LEASE = LEASE
    settings = Settings(
        database_url=os.environ["DATABASE_URL"],
        demo=True,
        files=Path(os.environ["FILES"]),
        _env_file=None,  # type: ignore[call-arg]
    )
    await worker(around(settings, system_clock)).run()


if __name__ == "__main__":
    asyncio.run(issue())
