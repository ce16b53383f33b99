"""The worker: claims jobs, works them off, keeps the rhythm.

A job is claimed with a lease; a worker that dies lets the lease run out and another takes over. An event's listeners only
write rows: their rows and the mark *done* commit together, so each listener acts exactly once however often the worker
is killed. A task acts on the world outside with no transaction open and may act twice; it carries a stable key for that.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin, retried
from lms.jobs.models import Job, JobState, Rhythm
from lms.jobs.queue import EVENT, TASK, Event
from lms.kernel.clock import Clock

LEASE = timedelta(seconds=60)
RENEWAL_SECONDS = 20
POLL_SECONDS = 0.4
BATCH = 10
TRIES = 8
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
DOUBLINGS = 12
ERROR_LENGTH = 2_000

Listener = Callable[[AsyncSession, Any], Awaitable[None]]
Task = Callable[[dict[str, Any]], Awaitable[None]]
Beat = Callable[[], Awaitable[None]]


class TryLater(Exception):
    """Raised by a task whose counterpart is away (a mail server that is down): tried again for ever, never given up."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something done again and again, by one worker at a time."""

    name: str
    every: timedelta
    act: Beat


@dataclass
class Worker:
    """Works off what was announced and enqueued.

    `listeners` maps event types to what listens to them, `tasks` names to carriers. `run()` ends when `stopping` is set.
    """

    begin: Begin
    clock: Clock
    listeners: Mapping[type[Event], Sequence[Listener]]
    tasks: Mapping[str, Task]
    periodic: Sequence[Periodic] = ()
    name: str = field(default_factory=lambda: f"{os.getpid()}-{secrets.token_hex(4)}")
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._events = {kind.__name__: kind for kind in self.listeners}
        self._held_until = self.clock()

    async def run(self) -> None:
        """Work until told to stop; a job under way is finished first."""
        log = structlog.get_logger("lms.worker")
        while not self.stopping.is_set():
            try:
                worked = await self.work_once()
            except Exception:  # the worker outlives a database that is away for a moment
                log.exception("worker_round_failed")
                worked = 0
            if not worked:
                try:
                    await asyncio.wait_for(self.stopping.wait(), POLL_SECONDS)
                except TimeoutError:
                    continue

    async def work_once(self) -> int:
        """Do what is due now and say how much that was."""
        await self._keep_rhythm()
        jobs = await self._claim()
        if jobs:
            async with self._holding_leases():
                for job in jobs:
                    await self._work_off(job)
        return len(jobs)

    @asynccontextmanager
    async def _holding_leases(self) -> AsyncIterator[None]:
        """Keep what was claimed, however long the world outside takes."""
        done = asyncio.Event()

        async def renew() -> None:
            while True:
                try:  # never cancelled: a transaction broken off in the middle takes its connection with it
                    await asyncio.wait_for(done.wait(), RENEWAL_SECONDS)
                except TimeoutError:
                    await self._renew()
                else:
                    return

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            done.set()
            await renewing

    async def _renew(self) -> None:
        until = self.clock() + LEASE
        try:
            async with self.begin() as session:
                await session.execute(
                    update(Job)
                    .where(Job.leased_by == self.name, Job.state == JobState.READY)
                    .values(leased_until=until)
                )
        except DBAPIError:  # away for a moment; a lease that runs out is noticed before the next job
            structlog.get_logger("lms.worker").warning("lease_not_renewed", exc_info=True)
        else:
            self._held_until = until

    async def drain(self) -> None:
        """Work until nothing is due any more: for tests and the command line."""
        while await self.work_once():
            pass

    @retried
    async def _claim(self) -> list[Job]:
        now = self.clock()
        due = and_(
            Job.state == JobState.READY,
            Job.due_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        wanted = select(Job.id).where(due).order_by(Job.due_at).limit(BATCH)
        async with (
            self.begin.reading() as session
        ):  # look first: an idle worker must not hold SQLite's only pen
            if not (await session.scalars(wanted)).first():
                return []
        async with self.begin() as session:
            chosen = (await session.scalars(wanted.with_for_update(skip_locked=True))).all()
            claimed = await session.scalars(
                update(Job)
                .where(Job.id.in_(chosen))
                .values(leased_by=self.name, leased_until=now + LEASE, attempts=Job.attempts + 1)
                .returning(Job)
            )
            self._held_until = now + LEASE
            return sorted(claimed.all(), key=lambda job: (job.due_at, job.created_at))

    async def _work_off(self, job: Job) -> None:
        if self.clock() >= self._held_until:
            return  # the machine slept or stood still: by now the job may be somebody else's
        try:
            if job.kind.startswith(EVENT):
                await self._tell_listeners(job)
            else:
                await self._carry(job)
        except TryLater as reason:
            structlog.get_logger("lms.worker").warning(
                "job_postponed", kind=job.kind, attempts=job.attempts, reason=str(reason)
            )
            await self._put_back(job, reason)
        except Exception as error:  # noqa: BLE001 - whatever a listener or carrier raises, the job is put back
            structlog.get_logger("lms.worker").warning(
                "job_failed", kind=job.kind, attempts=job.attempts, exc_info=True
            )
            await self._put_back(job, error)

    @retried
    async def _tell_listeners(self, job: Job) -> None:
        kind = self._events.get(job.kind.removeprefix(EVENT))
        async with self.begin() as session:
            if not await self._finish(session, job) or kind is None:
                return
            event = msgspec.convert(job.payload, kind)
            for listener in self.listeners[kind]:
                await listener(session, event)

    async def _carry(self, job: Job) -> None:
        await self.tasks[job.kind.removeprefix(TASK)](job.payload)
        async with self.begin() as session:
            await self._finish(session, job)

    async def _finish(self, session: AsyncSession, job: Job) -> bool:
        """Mark the job done, unless the lease was lost and somebody else has it."""
        finished = await session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state == JobState.READY, Job.leased_by == self.name)
            .values(state=JobState.DONE, finished_at=self.clock(), leased_until=None, error=None)
            .returning(Job.id)
        )
        return finished.first() is not None

    @retried
    async def _put_back(self, job: Job, error: Exception) -> None:
        given_up = job.attempts >= TRIES and not isinstance(error, TryLater)
        async with self.begin() as session:
            await session.execute(
                update(Job)
                .where(Job.id == job.id, Job.leased_by == self.name)
                .values(
                    state=JobState.FAILED if given_up else JobState.READY,
                    due_at=self.clock() + delay_after(job.attempts),
                    leased_by=None,
                    leased_until=None,
                    error=f"{type(error).__name__}: {error}"[:ERROR_LENGTH],
                )
            )

    async def _keep_rhythm(self) -> None:
        now = self.clock()
        async with self.begin.reading() as session:
            hands = {hand.name: hand.next_at for hand in (await session.scalars(select(Rhythm))).all()}
        for beat in self.periodic:
            due_at = hands.get(beat.name)
            if (due_at is None or due_at <= now) and await self._move_hand(beat, due_at, now):
                await beat.act()

    @retried
    async def _move_hand(self, beat: Periodic, due_at: datetime | None, now: datetime) -> bool:
        async with self.begin() as session:
            if due_at is None:
                insert = (
                    postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
                )
                moved = await session.execute(
                    insert(Rhythm)
                    .values(name=beat.name, next_at=now + beat.every)
                    .on_conflict_do_nothing()
                    .returning(Rhythm.name)
                )
            else:
                moved = await session.execute(
                    update(Rhythm)
                    .where(Rhythm.name == beat.name, Rhythm.next_at == due_at)
                    .values(next_at=now + beat.every)
                    .returning(Rhythm.name)
                )
            return moved.first() is not None


def delay_after(attempts: int) -> timedelta:
    """How long a job rests after its n-th failure: doubling from five seconds to a quarter of an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), DOUBLINGS)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)
