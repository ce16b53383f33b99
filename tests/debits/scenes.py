"""A process that is there to be killed: it makes a file for each day, hands it in and books the credit, step by step."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from lms.app import around
from lms.debits.collecting import DebitFiles
from lms.debits.errors import NothingToCollect
from lms.settings import Settings
from tests.making import FixedClock, staff
from tests.processes import Say

NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)
FIRST, DAYS = date(2027, 1, 14), 30


def collect(say: Say, database: str) -> None:
    """Says each step as soon as it was committed."""
    asyncio.run(_collect(say, database))


async def _collect(say: Say, database: str) -> None:
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
