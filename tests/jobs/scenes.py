"""Two processes that are there to be killed.

One writes causes and announces each in the same transaction, the other hears of them and writes effects.
"""

import asyncio
import os
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin, connect
from lms.jobs import worker as working
from lms.jobs.queue import Event, announce
from lms.jobs.worker import Listener, Worker
from lms.kernel.clock import system_clock
from lms.people.models import Household
from tests.processes import Say

CAUSE, EFFECT = "cause", "effect"
LEASE = timedelta(seconds=2)
"""Shorter than in service, so that the heirs of the dead need not wait a minute in a test."""


class Caused(Event):
    number: str


def write(say: Say, database: str) -> None:
    """Write causes until killed; says each that was committed."""
    asyncio.run(_write(say, connect(database)))


async def _write(say: Say, begin: Begin) -> None:
    for number in range(1_000_000):
        name = f"{os.getpid()}-{number}"
        async with begin() as session:
            session.add(Household(name=f"{CAUSE} {name}"))
            await session.flush()
            announce(session, Caused(number=name))
        say(name)


async def have_effect(session: AsyncSession, event: Caused) -> None:
    session.add(Household(name=f"{EFFECT} {event.number}"))
    await session.flush()
    await asyncio.sleep(0.002)  # time enough to be killed between the effect and its commit


def listen(_say: Say, database: str) -> None:
    """Hear of causes until killed."""
    working.LEASE = LEASE
    listeners: dict[type[Event], list[Listener]] = {Caused: [have_effect]}
    asyncio.run(Worker(begin=connect(database), clock=system_clock, listeners=listeners, tasks={}).run())
