"""The worker: claims jobs, works them off, keeps the rhythm.

A job is claimed with a lease; a worker that dies lets the lease run out and another takes over. An event's listeners only
write rows: their rows and the mark *done* commit together, so each listener acts exactly once however often the worker
is killed. A task acts on the world outside with no transaction open and may act twice; it carries a stable key for that.

Jobs queue in lanes, each with hands of its own: a sign-in code waits for no print run and no thousand letters. When the
counterpart of a lane is away, the lane rests as a whole, and one after another is tried instead of all.
"""

import asyncio
import os
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin, retried
from lms.jobs.models import Job, JobState, Lane
from lms.jobs.queue import EVENT, TASK, Event
from lms.jobs.rhythm import Clockwork, Periodic
from lms.kernel.clock import Clock

__all__ = ["Away", "Listener", "Periodic", "Task", "TryLater", "Worker", "delay_after"]

LEASE = timedelta(seconds=60)
RENEWAL_SECONDS = 20
POLL_SECONDS = 0.4
BATCH = 10
HANDS: Mapping[Lane, int] = {Lane.EXPRESS: 2, Lane.WORK: 1, Lane.LONG: 1, Lane.MAIL: 6, Lane.SHORT: 2}
"""How many jobs of a lane are under way at once in one worker. Listeners are heard one after the other."""
TRIES = 8
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
LONGEST_REST = timedelta(minutes=1)
LONGEST_REST_OF_EXPRESS = timedelta(seconds=10)
DOUBLINGS = 12
LEAST_JITTER = 0.8
ERROR_LENGTH = 2_000

Listener = Callable[[AsyncSession, Any], Awaitable[None]]
Task = Callable[[dict[str, Any]], Awaitable[None]]
Outcome = TypeVar("Outcome")


@runtime_checkable
class LetsGo(Protocol):
    """A task that keeps something open between its jobs, such as a connection."""

    async def let_go(self) -> None:
        """There is nothing to do at the moment: close it."""


class TryLater(Exception):
    """Raised by a task whose counterpart says "not now": tried again for ever, never given up.

    `after` says when; without it the wait doubles from attempt to attempt.
    """

    def __init__(self, reason: str = "", *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Away(TryLater):
    """The counterpart of the whole lane is away: nothing of it is tried until the lane has rested, and no attempt is counted."""


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
        self._clockwork = Clockwork(self.begin, self.clock, self.periodic)
        self._held: dict[UUID, datetime] = {}
        self._piles: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}
        self._turns = {lane: asyncio.Lock() for lane in Lane}
        self._rests: dict[Lane, datetime] = {}
        self._troubles = dict.fromkeys(Lane, 0)

    async def run(self) -> None:
        """Work until told to stop; what is under way is finished first."""
        async with self._holding_leases():
            hands = [self._hand(lane) for lane, number in HANDS.items() for _ in range(number)]
            await asyncio.gather(self._keep_rhythm(), *hands)
            await self._give_back([job for pile in self._piles.values() for job in pile])
        await self._let_go(Lane.MAIL)

    async def _keep_rhythm(self) -> None:
        while not self.stopping.is_set():
            await self._outlived(self._clockwork.strike())
            await self._pause()

    async def _hand(self, lane: Lane) -> None:
        while not self.stopping.is_set():
            job = await self._outlived(self._next(lane))
            if job is None:
                continue
            if self.stopping.is_set():
                self._piles[lane].appendleft(job)
            else:
                await self._outlived(self._work_off(job))

    async def _next(self, lane: Lane) -> Job | None:
        """The next job of the lane; None after a moment without any. One hand looks for all of its lane."""
        async with self._turns[lane]:
            pile = self._piles[lane]
            pile.extend([] if pile else await self._claim(lane))
            if pile:
                return pile.popleft()
            await self._let_go(lane)
            await self._pause()
            return None

    async def _let_go(self, lane: Lane) -> None:
        if lane is Lane.MAIL:  # the only lane whose tasks keep anything open
            carriers: list[object] = list(self.tasks.values())
            for task in carriers:
                if isinstance(task, LetsGo):
                    await task.let_go()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _outlived(self, act: Awaitable[Outcome]) -> Outcome | None:
        """What came of it; the worker outlives a database that is away for a moment."""
        try:
            return await act
        except Exception:  # noqa: BLE001 - whatever it was, the worker goes on
            structlog.get_logger("lms.worker").exception("worker_round_failed")
            await self._pause()
            return None

    async def work_once(self) -> int:
        """Do what is due now and say how much that was."""
        await self._clockwork.strike()
        worked = 0
        async with self._holding_leases():
            for lane in Lane:
                jobs = await self._claim(lane)
                worked += len(jobs)
                while jobs:
                    together, jobs = jobs[: HANDS[lane]], jobs[HANDS[lane] :]
                    await asyncio.gather(*(self._work_off(job) for job in together))
        await self._let_go(Lane.MAIL)
        return worked

    async def drain(self) -> None:
        """Work until nothing is due any more: for tests and the command line."""
        while await self.work_once():
            pass

    @asynccontextmanager
    async def _holding_leases(self) -> AsyncIterator[None]:
        """Keep what was claimed, however long the world outside takes."""
        done = asyncio.Event()

        async def renew() -> None:
            while True:
                try:  # never cancelled: a transaction broken off in the middle takes its connection with it
                    await asyncio.wait_for(done.wait(), RENEWAL_SECONDS)
                except TimeoutError:
                    if self._held:
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
        now, held = self.clock(), list(self._held)
        try:
            async with self.begin() as session:
                renewed = await session.scalars(
                    update(Job)
                    .where(Job.id.in_(held), Job.leased_by == self.name, Job.state == JobState.READY)
                    .values(leased_until=now + LEASE)
                    .returning(Job.id)
                )
                kept = renewed.all()
        except DBAPIError:  # away for a moment; a lease that runs out is noticed before the next job
            structlog.get_logger("lms.worker").warning("lease_not_renewed", exc_info=True)
        else:
            self._held |= {job_id: now + LEASE for job_id in kept if job_id in self._held}

    @retried
    async def _claim(self, lane: Lane = Lane.WORK) -> list[Job]:
        now = self.clock()
        if self._is_resting(lane, now):
            return []
        due = and_(
            Job.state == JobState.READY,
            Job.lane == lane,
            Job.due_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        wanted = select(Job.id).where(due).order_by(Job.priority, Job.due_at).limit(BATCH)
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
            jobs = sorted(claimed.all(), key=lambda job: (job.priority, job.due_at, job.created_at))
        self._held |= {job.id: now + LEASE for job in jobs}
        return jobs

    def _is_resting(self, lane: Lane, now: datetime) -> bool:
        rests_until = self._rests.get(lane)
        return rests_until is not None and now < rests_until

    async def _work_off(self, job: Job) -> None:
        try:
            if self.clock() >= self._held[job.id]:
                return  # the machine slept or stood still: by now the job may be somebody else's
            if self._is_resting(job.lane, self.clock()):
                await self._give_back([job])
                return
            await self._try(job)
        finally:
            self._held.pop(job.id, None)

    async def _try(self, job: Job) -> None:
        try:
            if job.kind.startswith(EVENT):
                await self._tell_listeners(job)
            else:
                await self._carry(job)
        except Away as reason:
            self._rest(job.lane, reason)
            await self._give_back([job])
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
        else:
            self._troubles[job.lane] = 0

    def _rest(self, lane: Lane, reason: Away) -> None:
        """Let the whole lane rest, each time twice as long, up to a minute; several hands that fail at once count once.

        Somebody may be waiting for a code in front of the screen: that lane rests for ten seconds at most.
        """
        now = self.clock()
        if self._is_resting(lane, now):
            return
        self._troubles[lane] += 1
        longest = LONGEST_REST_OF_EXPRESS if lane is Lane.EXPRESS else LONGEST_REST
        rest = reason.after or min(delay_after(self._troubles[lane]), longest)
        self._rests[lane] = now + rest
        structlog.get_logger("lms.worker").warning(
            "lane_rests", lane=str(lane), seconds=rest.total_seconds(), reason=str(reason)
        )

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
        after = error.after if isinstance(error, TryLater) and error.after else delay_after(job.attempts)
        async with self.begin() as session:
            await session.execute(
                update(Job)
                .where(Job.id == job.id, Job.leased_by == self.name)
                .values(
                    state=JobState.FAILED if given_up else JobState.READY,
                    due_at=self.clock() + after * random.uniform(LEAST_JITTER, 1),  # noqa: S311 - no secret
                    leased_by=None,
                    leased_until=None,
                    error=f"{type(error).__name__}: {error}"[:ERROR_LENGTH],
                )
            )

    @retried
    async def _give_back(self, jobs: Sequence[Job]) -> None:
        """As if these had never been claimed: they keep their turn."""
        if not jobs:
            return
        async with self.begin() as session:
            await session.execute(
                update(Job)
                .where(Job.id.in_([job.id for job in jobs]), Job.leased_by == self.name)
                .values(leased_by=None, leased_until=None, attempts=Job.attempts - 1)
            )


def delay_after(attempts: int) -> timedelta:
    """How long a job rests after its n-th failure: doubling from five seconds to a quarter of an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), DOUBLINGS)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)
