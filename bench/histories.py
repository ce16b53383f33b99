"""The waiting list: R-04 random concurrent histories and their legal orders, G12 what promoting a hundred costs."""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lms.app import around
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.migrating import migrate
from lms.settings import Settings
from tests.enrolment.histories import TEAM, new_history
from tests.enrolment.places import VISITOR, offered_run, people
from tests.making import FixedClock
from tests.postgres import create_database, postgres_server

HISTORIES = int(os.environ.get("R04_HISTORIES", "1000"))
FIRST_SEED = int(os.environ.get("R04_SEED", str(int(datetime.now(UTC).timestamp()))))
ROUNDS, AT_ONCE, DOORS = 10, 4, 3
TURNS = int(os.environ.get("G12_TURNS", "5"))
PROMOTED = (10, 100, 400)


async def run() -> None:
    """Print R-04 and G12 on both databases. The seeds are printed: R04_SEED plays the same histories again."""
    with tempfile.TemporaryDirectory() as folder, postgres_server(settings=()) as server:
        for name, url in (
            ("sqlite", f"sqlite:///{Path(folder) / 'histories.sqlite3'}"),
            ("postgresql", create_database(server, "histories")),
        ):
            await migrate(url)
            settings = Settings(database_url=url, demo=True, files=Path(folder), _env_file=None)  # type: ignore[call-arg]
            clock = FixedClock()
            houses = [around(settings, clock) for _ in range(DOORS)]
            doors = [Enrolments(house) for house in houses]
            await _histories(name, doors, houses[0].begin)
            for waiting in PROMOTED:
                await _promoting(name, doors[0], houses[0].begin, waiting)
            for house in houses:
                await house.begin.close()


async def _histories(database: str, doors: Sequence[Enrolments], begin: Begin) -> None:
    acts = illegal = overtaken = 0
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        history = await new_history(doors, begin, seed)
        verdict = await history.play(rounds=ROUNDS, width=AT_ONCE)
        acts += verdict.acts
        overtaken += verdict.overtaken
        if verdict.illegal:
            illegal += 1
            print(f"R-04 database={database} seed={seed} no legal order of:", *verdict.illegal, sep="\n  ")
    print(
        f"R-04 database={database} histories={HISTORIES} seeds={FIRST_SEED}..{FIRST_SEED + HISTORIES - 1}"
        f" acts={acts} doors={DOORS} illegal={illegal} overtaken={overtaken}"
    )


async def _promoting(database: str, enrolments: Enrolments, begin: Begin, waiting: int) -> None:
    """CPU milliseconds of our process for each of so many who are offered a place, when there are suddenly enough places."""
    costs = []
    for _ in range(TURNS):
        now = enrolments.clock()  # the histories before have moved it
        run = await offered_run(
            begin, capacity=1, starts_at=now + timedelta(days=28), ends_at=now + timedelta(days=49)
        )
        for newcomer in people(waiting + 1):
            await enrolments.enrol(VISITOR, run_id=run.id, persons=[newcomer])
        started = time.process_time()
        await enrolments.change_capacity(TEAM, run_id=run.id, capacity=waiting + 1)
        costs.append((time.process_time() - started) * 1_000 / waiting)
    print(f"G12 database={database} promoted={waiting} cpu_ms={statistics.median(costs):.2f}")
