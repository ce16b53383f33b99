"""The process dies between any two steps of collecting: every cent is booked once, no number is missing, nobody is collected twice."""

import asyncio
import random
from datetime import timedelta

from sqlalchemy import select

from lms.db import Begin
from lms.debits.collecting import DebitFiles
from lms.debits.models import DebitFile
from lms.web.module import Around
from tests.debits.paying import booked, debits, enrolled, run_at_a_price
from tests.debits.scenes import NOW, collect
from tests.making import BOTH, MOMENT, FixedClock
from tests.processes import running

pytestmark = BOTH
RUNS = 5


async def die(database: str, *, after: int) -> None:
    """Let the process work, and kill it a moment after so many steps."""
    async with running(collect, database) as process:
        for _ in range(after):
            await process.hear()
        await asyncio.sleep(random.random() / 50)


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
        await die(database, after=steps)
    async with running(collect, database) as process:
        await process.end()

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
