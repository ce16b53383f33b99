"""A process whose children issue until they are killed: `python -m tests.certification.scenes`.

It has imported everything once and waits; each line it reads is a JSON object for one child: DATABASE_URL, FILES. It answers
with the child's number, by which it is killed.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

# Nothing of the service is imported here: drawing processes import this module once more, and need none of it.

LEASE = timedelta(seconds=2)
"""Shorter than in service, so that the heirs of the dead need not wait a minute in a test."""


async def issue(told: dict[str, str]) -> None:
    """Work until killed."""
    from lms.app import around, worker
    from lms.jobs import worker as working
    from lms.kernel.clock import system_clock
    from lms.settings import Settings

    working.LEASE = LEASE
    settings = Settings(
        database_url=told["DATABASE_URL"],
        demo=True,
        drawing_processes=1,
        drawing_niceness=0,
        files=Path(told["FILES"]),
        _env_file=None,  # type: ignore[call-arg]
    )
    await worker(around(settings, system_clock)).run()


if __name__ == "__main__":
    import lms.app  # noqa: F401 - once, before there are children

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave nothing behind
    for line in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # it logs, and only numbers are read here
            asyncio.run(issue(json.loads(line)))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
