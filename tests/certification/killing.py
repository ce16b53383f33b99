"""A worker of its own that issues until it is killed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import func, select

from lms.app import around, worker
from lms.certification.models import Certificate
from lms.db import Begin
from lms.jobs import worker as working
from lms.kernel.clock import system_clock
from lms.settings import Settings
from lms.web.module import Around
from tests.processes import Say, running

PATIENCE = 300
LEASE = timedelta(seconds=2)
"""Shorter than in service, so that the heirs of the dead need not wait a minute in a test."""


async def killed_after(number: int, house: Around) -> None:
    """Let a worker issue until there are so many certificates, then kill it without a word."""

    async def is_enough() -> bool:
        return await issued(house.begin) >= number

    await killed_when(is_enough, house)


async def killed_when(is_enough: Callable[[], Awaitable[bool]], house: Around) -> None:
    """Let a worker work until it is enough, then kill it without a word."""
    async with running(_work, house.settings), asyncio.timeout(PATIENCE):
        while not await is_enough():  # noqa: ASYNC110 - another process makes it so
            await asyncio.sleep(0.02)


async def issued(begin: Begin) -> int:
    """How many certificates there are."""
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(Certificate)) or 0


def _work(_say: Say, settings: Settings) -> None:
    working.LEASE = LEASE
    asyncio.run(worker(around(settings, system_clock)).run())
