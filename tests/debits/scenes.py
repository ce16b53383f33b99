"""A process that is there to be killed: it makes a file for each day, hands it in and books the credit, step by step.

`python -m tests.debits.scenes`: a line on standard output after each step that was committed.
"""

import asyncio
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from lms.app import around
from lms.debits.collecting import DebitFiles
from lms.debits.errors import NothingToCollect
from lms.settings import Settings
from tests.making import FixedClock, staff

NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)
FIRST, DAYS = date(2027, 1, 14), 30


async def collect(database: str) -> None:
    settings = Settings(database_url=database, demo=True, files=Path(), port=8000, _env_file=None)  # type: ignore[call-arg]
    files, cashier = DebitFiles(around(settings, FixedClock(NOW))), staff()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        try:
            file = await files.make(cashier, file_id=uuid5(NAMESPACE_URL, day.isoformat()), until=day)
        except NothingToCollect:
            continue
        say("made")
        await files.submit(cashier, file_id=file.id)
        say("submitted")
        await files.credited(cashier, file_id=file.id)
        say("credited")


def say(step: str) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(collect(os.environ["DATABASE_URL"]))
