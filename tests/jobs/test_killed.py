"""Processes die at any moment (SIGKILL): whatever was committed is heard, and heard exactly once."""

import asyncio
import random
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from lms.db import Begin
from lms.jobs.models import Job, JobState
from lms.people.models import Household
from tests.jobs.scenes import CAUSE, EFFECT, listen, write
from tests.making import BOTH
from tests.processes import running

pytestmark = BOTH
ROOT = Path(__file__).parents[2]
PATIENCE = 120


async def count(begin: Begin, word: str) -> int:
    async with begin.reading() as session:
        wanted = select(func.count()).select_from(Household).where(Household.name.startswith(word))
        return await session.scalar(wanted) or 0


async def heard(begin: Begin, number: int) -> None:
    """Wait until so many effects are there."""
    async with asyncio.timeout(PATIENCE):
        while await count(begin, EFFECT) < number:  # noqa: ASYNC110 - another process makes it so
            await asyncio.sleep(0.02)


async def names(begin: Begin, word: str) -> Counter[str]:
    async with begin.reading() as session:
        found = (await session.scalars(select(Household.name).where(Household.name.startswith(word)))).all()
    return Counter(name.removeprefix(f"{word} ") for name in found)


async def test_what_a_killed_process_has_committed_is_heard_once_however_often_the_listeners_die(
    begin: Begin, database: str
) -> None:
    said: set[str] = set()
    for _ in range(2):
        async with running(write, database) as writer:
            for _ in range(random.randint(30, 60)):
                said.add(await writer.hear())
            await asyncio.sleep(random.random() / 50)
    causes = await names(begin, CAUSE)
    assert said <= set(causes)

    for _ in range(2):
        goal = min(await count(begin, EFFECT) + random.randint(5, 25), sum(causes.values()) - 1)
        async with running(listen, database):
            await heard(begin, goal)
            await asyncio.sleep(random.random() / 50)
    async with running(listen, database):
        await heard(begin, sum(causes.values()))

    assert await names(begin, EFFECT) == causes
    async with begin.reading() as session:
        assert (await session.scalars(select(Job.state).distinct())).all() == [JobState.DONE]
