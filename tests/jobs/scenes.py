"""Two processes that are there to be killed: `python -m tests.jobs.scenes write` and `… listen`.

One writes causes and announces each in the same transaction, the other hears of them and writes effects.
"""

import asyncio
import os
import sys
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin, connect
from lms.jobs import worker as working
from lms.jobs.queue import Event, announce
from lms.jobs.worker import Worker
from lms.kernel.clock import system_clock
from lms.people.models import Household

CAUSE, EFFECT = "cause", "effect"
LEASE = timedelta(seconds=2)
"""Shorter than in service, so that the heirs of the dead need not wait a minute in a test."""


class Caused(Event):
    number: str


async def write(begin: Begin) -> None:
    """Write causes until killed; a line on standard output for each that was committed."""
    for number in range(1_000_000):
        name = f"{os.getpid()}-{number}"
        async with begin() as session:
            session.add(Household(name=f"{CAUSE} {name}"))
            await session.flush()
            announce(session, Caused(number=name))
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


async def have_effect(session: AsyncSession, event: Caused) -> None:
    session.add(Household(name=f"{EFFECT} {event.number}"))
    await session.flush()
    await asyncio.sleep(0.002)  # time enough to be killed between the effect and its commit


async def listen(begin: Begin) -> None:
    """Hear of causes until killed."""
    working.LEASE = LEASE
    await Worker(begin=begin, clock=system_clock, listeners={Caused: [have_effect]}, tasks={}).run()


if __name__ == "__main__":
    asyncio.run({"write": write, "listen": listen}[sys.argv[1]](connect(os.environ["DATABASE_URL"])))
