"""The process dies between any two steps of collecting: every cent is booked once, no number is missing, nobody is collected twice."""

import asyncio
import os
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from lms.db import Begin
from lms.debits.collecting import DebitFiles
from lms.debits.models import DebitFile
from lms.web.module import Around
from tests.debits.paying import booked, debits, enrolled, run_at_a_price
from tests.debits.scenes import NOW
from tests.making import BOTH, MOMENT, FixedClock

pytestmark = BOTH
ROOT = Path(__file__).parents[2]
RUNS, PATIENCE = 5, 90


async def collect(database: str, *, kill_after: int = 0) -> None:
    """Let the process work; killed a moment after so many steps, or left alone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.debits.scenes",
        cwd=ROOT, env={**os.environ, "DATABASE_URL": database}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        if kill_after:
            for _ in range(kill_after):
                await process.stdout.readline()
            await asyncio.sleep(random.random() / 50)
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
        await process.communicate()


async def test_however_often_it_dies_each_collection_is_in_one_file_and_booked_once(
    house: Around, begin: Begin, clock: FixedClock, database: str
) -> None:
    ids = []
    for number in range(RUNS):
        begins = MOMENT + timedelta(days=28 + 3 * number)
        run = await run_at_a_price(begin, starts_at=begins, ends_at=begins + timedelta(days=21))
        ids += [(await enrolled(house, run, f"Ada{number}{one} Lehmann")).id for one in range(2)]
    clock.moment = NOW - timedelta(days=6)
    await DebitFiles(house).announce_due()

    for steps in (1, 2, 3):
        await collect(database, kill_after=steps)
    await collect(database)

    async with begin.reading() as session:
        files = (await session.scalars(select(DebitFile).order_by(DebitFile.counter))).all()
    found = await debits(begin)
    assert [one.counter for one in files] == list(range(1, len(files) + 1))
    assert {one.state for one in files} == {"credited"}
    assert sorted(one.count for one in files) == sorted(
        sum(one.file_id == file.id for one in found) for file in files
    )
    assert {one.state for one in found} == {"collected"}
    for enrolment_id in ids:
        assert await booked(begin, enrolment_id) == [
            ("charge", 4500, "price"),
            ("payment", -4500, "direct_debit"),
        ]
