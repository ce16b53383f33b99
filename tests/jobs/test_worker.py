"""What was announced is heard exactly once, what was enqueued is done at least once, and nothing is ever lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.jobs import worker as working
from lms.jobs.models import Job, JobState
from lms.jobs.queue import Event, announce, enqueue
from lms.jobs.tidying import tidy
from lms.jobs.worker import LEASE, LONGEST_DELAY, TRIES, Periodic, TryLater, Worker, delay_after
from lms.people.models import Household
from tests.making import BOTH, FixedClock

pytestmark = BOTH


class SomethingHappened(Event):
    name: str


async def note(session: AsyncSession, event: SomethingHappened) -> None:
    """A listener as all are: it writes a row."""
    session.add(Household(name=event.name))


async def noted(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return sorted((await session.scalars(select(Household.name))).all())


async def jobs_in(begin: Begin) -> list[tuple[JobState, int]]:
    async with begin.reading() as session:
        rows = await session.execute(select(Job.state, Job.attempts).order_by(Job.created_at))
        return [(state, attempts) for state, attempts in rows]


async def say(begin: Begin, *names: str) -> None:
    async with begin() as session:
        for name in names:
            announce(session, SomethingHappened(name=name), at=FixedClock()())


async def order(begin: Begin, task: str = "carry", **payload: Any) -> None:
    async with begin() as session:
        enqueue(session, task, payload, at=FixedClock()())


def a_worker(begin: Begin, clock: FixedClock, name: str = "", **given: Any) -> Worker:
    usual: dict[str, Any] = {"listeners": {SomethingHappened: [note]}, "tasks": {}}
    if name:
        usual["name"] = name
    return Worker(begin=begin, clock=clock, **usual | given)


async def test_each_listener_hears_an_event_once(begin: Begin, clock: FixedClock) -> None:
    async def echo(session: AsyncSession, event: SomethingHappened) -> None:
        session.add(Household(name=f"echo of {event.name}"))

    await say(begin, "a", "b")
    hearing = a_worker(begin, clock, listeners={SomethingHappened: [note, echo]})

    await hearing.drain()
    await hearing.drain()

    assert await noted(begin) == ["a", "b", "echo of a", "echo of b"]


async def test_an_event_that_nobody_listens_to_is_done(begin: Begin, clock: FixedClock) -> None:
    await say(begin, "a")

    await a_worker(begin, clock, listeners={}).drain()

    assert await jobs_in(begin) == [(JobState.DONE, 1)]


async def test_what_is_rolled_back_was_never_said(begin: Begin, clock: FixedClock) -> None:
    async def half_a_story() -> None:
        async with begin() as session:
            announce(session, SomethingHappened(name="never"))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await half_a_story()

    await a_worker(begin, clock).drain()
    assert await noted(begin) == []


async def test_a_listener_that_fails_leaves_nothing_behind_and_is_tried_again(
    begin: Begin, clock: FixedClock
) -> None:
    failures = iter([True, True, False])

    async def stumble(session: AsyncSession, event: SomethingHappened) -> None:
        session.add(Household(name=event.name))
        await session.flush()
        if next(failures):
            raise ConnectionError("the second listener stumbles")

    await say(begin, "a")
    stumbling = a_worker(begin, clock, listeners={SomethingHappened: [note, stumble]})
    for _ in range(3):
        await stumbling.drain()
        clock.forward(minutes=15)

    assert await noted(begin) == ["a", "a"]
    assert await jobs_in(begin) == [(JobState.DONE, 3)]


async def test_what_fails_again_and_again_is_given_up_and_says_why(begin: Begin, clock: FixedClock) -> None:
    async def broken(_payload: dict[str, Any]) -> None:
        raise RuntimeError("no such page")

    await order(begin)
    trying = a_worker(begin, clock, tasks={"carry": broken})
    for _ in range(TRIES + 3):
        await trying.drain()
        clock.forward(minutes=15)

    async with begin.reading() as session:
        job = (await session.scalars(select(Job))).one()
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, TRIES, "RuntimeError: no such page")


async def test_who_is_only_away_is_tried_for_weeks(begin: Begin, clock: FixedClock) -> None:
    """The delay stops growing: after a thousand attempts it must not overflow the calendar."""
    carried: list[int] = []

    async def away(_payload: dict[str, Any]) -> None:
        if clock() < FixedClock()() + timedelta(days=14):
            raise TryLater("the server is away")
        carried.append(1)

    await order(begin)
    async with begin() as session:
        await session.execute(update(Job).values(attempts=1_000))
    trying = a_worker(begin, clock, tasks={"carry": away})
    for _ in range(16):
        await trying.drain()
        clock.forward(days=1)

    assert carried == [1]
    assert delay_after(10_000) == LONGEST_DELAY


async def test_nothing_is_done_before_its_time(begin: Begin, clock: FixedClock) -> None:
    done: list[str] = []

    async def carry(payload: dict[str, Any]) -> None:
        done.append(payload["what"])

    async with begin() as session:
        enqueue(session, "carry", {"what": "later"}, at=clock() + timedelta(hours=1))
    waiting = a_worker(begin, clock, tasks={"carry": carry})

    await waiting.drain()
    assert done == []
    clock.forward(hours=1)
    await waiting.drain()

    assert done == ["later"]


async def test_a_second_order_under_the_same_key_is_refused(begin: Begin) -> None:
    async def twice() -> None:
        async with begin() as session:
            for _ in range(2):
                enqueue(session, "carry", {}, key="letter-1")

    with pytest.raises(IntegrityError):
        await twice()


async def test_a_dead_workers_jobs_are_taken_over_when_its_lease_has_run_out(
    begin: Begin, clock: FixedClock
) -> None:
    await say(begin, "a", "b")
    dead = a_worker(begin, clock, "dead")
    assert len(await dead._claim()) == 2
    heir = a_worker(begin, clock, "heir")

    assert await heir.work_once() == 0
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await heir.work_once() == 2

    assert await noted(begin) == ["a", "b"]


async def test_a_worker_that_was_thought_dead_changes_nothing_any_more(
    begin: Begin, clock: FixedClock
) -> None:
    await say(begin, "a")
    slow, heir = a_worker(begin, clock, "slow"), a_worker(begin, clock, "heir")
    [job] = await slow._claim()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    await heir.drain()

    await slow._tell_listeners(job)
    await slow._put_back(job, RuntimeError())

    assert await noted(begin) == ["a"]
    assert await jobs_in(begin) == [(JobState.DONE, 2)]


async def test_a_worker_that_slept_past_its_lease_leaves_its_jobs_to_others(
    begin: Begin, clock: FixedClock
) -> None:
    carried: list[str] = []

    async def sleepy(payload: dict[str, Any]) -> None:
        carried.append(payload["what"])
        clock.forward(seconds=LEASE.total_seconds() + 1)  # the whole machine stands still

    await order(begin, what="a")
    await order(begin, what="b")

    await a_worker(begin, clock, tasks={"carry": sleepy}).work_once()

    assert len(carried) == 1


async def test_a_slow_carrier_keeps_its_jobs_as_long_as_it_takes(
    begin: Begin, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten letters at ten seconds each are more than one lease of a minute."""
    monkeypatch.setattr(working, "RENEWAL_SECONDS", 0.02)
    carried: list[str] = []

    async def slow(payload: dict[str, Any]) -> None:
        carried.append(payload["what"])
        clock.forward(seconds=20)
        await asyncio.sleep(0.15)

    for what in "abcdef":
        await order(begin, what=what)
    first, second = (a_worker(begin, clock, name, tasks={"carry": slow}) for name in ("first", "second"))

    async def keep_looking() -> None:
        for _ in range(12):
            await second.work_once()
            await asyncio.sleep(0.05)

    await asyncio.gather(first.work_once(), keep_looking())

    assert Counter(carried) == Counter("abcdef")


async def test_several_workers_share_the_work_and_nobody_hears_anything_twice(
    begin: Begin, clock: FixedClock
) -> None:
    names = [f"{number:03}" for number in range(120)]
    await say(begin, *names)

    await asyncio.gather(*(a_worker(begin, clock, f"worker {number}").drain() for number in range(4)))

    assert await noted(begin) == names


async def test_what_is_periodic_is_done_once_each_time_by_however_many_workers(
    begin: Begin, clock: FixedClock
) -> None:
    done: list[str] = []

    def beating(name: str) -> Worker:
        async def beat() -> None:
            done.append(name)

        return a_worker(begin, clock, name, periodic=[Periodic("tick", timedelta(minutes=1), beat)])

    workers = [beating(f"worker {number}") for number in range(3)]
    for _ in range(5):
        await asyncio.gather(*(one.work_once() for one in workers))
        await asyncio.gather(*(one.work_once() for one in workers))
        clock.forward(minutes=1)

    assert len(done) == 5


async def test_a_rhythm_that_fails_once_keeps_its_beat_and_holds_up_nothing(
    begin: Begin, clock: FixedClock
) -> None:
    beats: list[int] = []

    async def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise ConnectionError("away")

    hearing = asyncio.Event()

    async def hear(_session: AsyncSession, _event: SomethingHappened) -> None:
        hearing.set()

    beating = a_worker(
        begin,
        clock,
        listeners={SomethingHappened: [hear]},
        periodic=[Periodic("tick", timedelta(minutes=1), beat)],
    )
    await say(begin, "a")
    running = asyncio.create_task(beating.run())
    await _soon(hearing.is_set)
    clock.forward(minutes=1)
    await _soon(lambda: len(beats) == 2)
    beating.stopping.set()
    await running

    assert beats == [1, 1]


async def test_told_to_stop_a_worker_finishes_what_it_has_in_hand(begin: Begin, clock: FixedClock) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def carry(_payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(0.1)
        done.set()

    await order(begin)
    stopping = a_worker(begin, clock, tasks={"carry": carry})
    running = asyncio.create_task(stopping.run())
    await begun.wait()
    stopping.stopping.set()
    await running

    assert done.is_set()
    assert await jobs_in(begin) == [(JobState.DONE, 1)]


async def test_what_is_done_is_forgotten_after_two_weeks_and_what_was_given_up_is_not(
    begin: Begin, clock: FixedClock
) -> None:
    await say(begin, "a", "b")
    await a_worker(begin, clock).drain()
    async with begin() as session:
        failed: UUID | None = await session.scalar(select(Job.id).limit(1))
        await session.execute(update(Job).where(Job.id == failed).values(state=JobState.FAILED))

    await tidy(begin, clock)
    clock.forward(days=15)
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Job)) == 2
    await tidy(begin, clock)

    async with begin.reading() as session:
        assert (await session.scalars(select(Job.id))).all() == [failed]


async def _soon(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - a look from outside, as a human would take it
            await asyncio.sleep(0.05)
