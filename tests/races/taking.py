"""Many clients in several processes that take rooms, trainers and devices at random: what they got, and what they were refused.

Every try is one transaction as every service makes it: lock, look, reserve. Nothing is given back meanwhile, so that at the
end each refusal must have something that stands in its way.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock_time
from itertools import pairwise
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.db import Begin, connect, retried
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.resources.models import Device, DeviceModel, Reservation, ReservationKind
from lms.resources.reserving import AlreadyTaken, Claim, in_the_way, lock, reserve
from tests.making import make_person, make_room, make_venue
from tests.processes import CONTEXT

PATIENCE = 300
DAYS = (date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31), date(2027, 11, 1))
"""Both changes of clocks lie among them."""
QUARTERS = 24 * 4


@dataclass(frozen=True, slots=True)
class Resource:
    """A room, a trainer or a device."""

    kind: str
    id: UUID

    def claim(self, period: Period) -> Claim:
        return Claim(period=period, **{f"{self.kind}_id": self.id})


@dataclass(frozen=True, slots=True)
class Try:
    """One wish and what became of it."""

    resource: Resource
    period: Period
    outcome: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a race came to. `adjacent` counts pairs that touch: they must be possible."""

    tries: int
    taken: int
    refused: int
    broken: int
    overlaps: int
    wrongly_refused: int
    lost: int
    adjacent: int
    seconds: float


async def furnish(url: str, count: int) -> list[Resource]:
    """So many rooms, trainers and devices, about as many of each."""
    begin = connect(url)
    venue = make_venue()
    model = DeviceModel(slug=f"modell-{uuid4().hex[:8]}", name="Tablet", kind="tablet")
    rows: dict[str, list[Any]] = {
        "room": [make_room(venue, f"Raum {number}") for number in range(count - 2 * (count // 3))],
        "trainer": [make_person("Kim", f"Nummer{number}") for number in range(count // 3)],
        "device": [Device(inventory_number=uuid4().hex[:8], model_id=model.id) for _ in range(count // 3)],
    }
    async with begin() as session:
        session.add_all([venue, model])
        await session.flush()
        session.add_all(row for group in rows.values() for row in group)
    await begin.close()
    return [Resource(kind, row.id) for kind, group in rows.items() for row in group]


def race(
    url: str, resources: Sequence[Resource], *, clients: int, tries: int, processes: int = 4
) -> Findings:
    """Let so many clients try so many times each, one try after the other, all of them at once."""
    ready = CONTEXT.Barrier(processes)
    answers: Any = CONTEXT.Queue()
    share = [len(range(number, clients, processes)) for number in range(processes)]
    workers = [
        CONTEXT.Process(
            target=_work,
            args=(url, list(resources), share[number], tries, number, ready, answers),
            daemon=True,
        )
        for number in range(processes)
    ]
    started = time.perf_counter()
    for one in workers:
        one.start()
    made: list[Try] = []
    for _ in workers:
        made += answers.get(timeout=PATIENCE)
    for one in workers:
        one.join(PATIENCE)
    seconds = time.perf_counter() - started
    return asyncio.run(judge(url, made, seconds))


async def judge(url: str, made: Sequence[Try], seconds: float) -> Findings:
    """Hold what clients were told against what stands in the database."""
    begin = connect(url)
    async with begin.reading() as session:
        stored = (await session.scalars(select(Reservation))).all()
    await begin.close()
    by_resource: dict[UUID, list[Period]] = defaultdict(list)
    for row in stored:
        resource_id = row.room_id or row.trainer_id or row.device_id
        assert resource_id
        by_resource[resource_id].append(Period(row.starts_at, row.ends_at))
    pairs = [
        pair
        for periods in by_resource.values()
        for pair in pairwise(sorted(periods, key=lambda one: one.start))
    ]
    taken = [one for one in made if one.outcome == "taken"]
    refused = [one for one in made if one.outcome == "refused"]
    return Findings(
        tries=len(made),
        taken=len(taken),
        refused=len(refused),
        broken=len(made) - len(taken) - len(refused),
        overlaps=sum(earlier.overlaps(later) for earlier, later in pairs),
        wrongly_refused=sum(
            not any(one.period.overlaps(other) for other in by_resource[one.resource.id]) for one in refused
        ),
        lost=len(taken) - len(stored),
        adjacent=sum(earlier.end == later.start for earlier, later in pairs),
        seconds=seconds,
    )


def _work(
    url: str,
    resources: Sequence[Resource],
    clients: int,
    tries: int,
    seed: int,
    ready: Barrier,
    answers: Any,
) -> None:
    answers.put(asyncio.run(_clients(url, resources, clients, tries, seed, ready)))


async def _clients(
    url: str, resources: Sequence[Resource], clients: int, tries: int, seed: int, ready: Barrier
) -> list[Try]:
    begin = connect(url)
    async with begin.reading():
        pass
    await asyncio.to_thread(ready.wait, PATIENCE)
    made = await asyncio.gather(
        *(_client(begin, resources, tries, random.Random(seed * 1_000 + number)) for number in range(clients))
    )
    await begin.close()
    return [one for several in made for one in several]


async def _client(begin: Begin, resources: Sequence[Resource], tries: int, dice: random.Random) -> list[Try]:
    made = []
    for _ in range(tries):
        resource, period = dice.choice(resources), wish(dice)
        try:
            outcome = await take(begin, resource, period)
        except Exception as fault:  # noqa: BLE001 - a fault is what the race looks for
            outcome = f"broke: {fault!r}"
        made.append(Try(resource, period, outcome))
    return made


def wish(dice: random.Random) -> Period:
    """A quarter of an hour to two hours on one of the days, in steps of a quarter, also in the nights of both changes."""
    day, quarter = dice.choice(DAYS), dice.randrange(QUARTERS)
    start = at_venue(day, clock_time(quarter // 4, quarter % 4 * 15))
    return Period(start, start + timedelta(minutes=15 * dice.randint(1, 8)))


@retried
async def take(begin: Begin, resource: Resource, period: Period) -> str:
    """One transaction: lock, look, reserve."""
    claim = resource.claim(period)
    try:
        async with begin() as session:
            await lock(session, **{f"{resource.kind}_ids": [resource.id]})
            if await in_the_way(session, [claim]):
                return "refused"
            await reserve(session, [claim], kind=ReservationKind.BOOKING, purpose="Probe", cause_id=uuid4())
    except AlreadyTaken:
        return "refused"
    return "taken"
