"""Places: G3 enrolments over HTTP, G4 sixteen at once for twelve places, G5 writers on SQLite, R-01 two hundred at once."""

import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from bench.asking import Asker
from bench.filling import prepare
from bench.serving import Server, cpu_of_tree, served
from bench.writers import writers
from lms.catalogue.models import Run
from lms.db import connect
from lms.enrolment.models import Enrolment, EnrolmentState, Party
from tests.postgres import create_database, postgres_server

PLACES = 12
ROUNDS_OF_SIXTEEN = int(os.environ.get("G4_ROUNDS", "100"))
ROUNDS_OF_TWO_HUNDRED = int(os.environ.get("R01_ROUNDS", "10"))
ENROLMENTS = int(os.environ.get("G3_ENROLMENTS", "500"))
TURNS = 5
PATIENCE_SECONDS = 120.0
ADDRESSES = count(1)


@dataclass
class Tally:
    """What many rounds came to."""

    rounds: int = 0
    oversold: int = 0
    lost: int = 0
    unanswered: int = 0
    faults: int = 0
    disorder: int = 0
    seconds: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)


async def run() -> None:
    """Print G5, then G3, G4 and R-01 on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        print(await writers(Path(folder)))
        with postgres_server(settings=()) as server:
            databases = {
                "sqlite": f"sqlite:///{Path(folder) / 'places.sqlite3'}",
                "postgresql": create_database(server, "places"),
            }
            await _throughput(create_database(server, "throughput"))
            for name, url in databases.items():
                runs = iter(
                    await prepare(
                        url, runs=2 * ROUNDS_OF_SIXTEEN * 2 + 2 * ROUNDS_OF_TWO_HUNDRED, capacity=PLACES
                    )
                )
                for processes in (2, 8):
                    tally = await _rounds(
                        url, runs, processes=processes, clients=16, rounds=ROUNDS_OF_SIXTEEN
                    )
                    p95 = statistics.quantiles(tally.seconds, n=20)[-1]
                    print(
                        f"G4 database={name} processes={processes} rounds={tally.rounds} oversold={tally.oversold}"
                        f" lost={tally.lost} unanswered={tally.unanswered} 5xx={tally.faults}"
                        f" p95_of_16_to_p50_of_one={p95 / statistics.median(tally.alone):.1f}"
                    )
                tally = await _rounds(url, runs, processes=2, clients=200, rounds=ROUNDS_OF_TWO_HUNDRED)
                print(
                    f"R-01 database={name} rounds={tally.rounds} clients=200 oversold={tally.oversold} lost={tally.lost}"
                    f" unanswered={tally.unanswered} 5xx={tally.faults} out_of_order={tally.disorder}"
                )


async def _throughput(url: str) -> None:
    """G3: CPU milliseconds of server and database for one enrolment, against one small transaction."""
    run_id, *_ = await prepare(url, runs=1, capacity=1_000_000)
    settings = _settings(url)
    database = postgres_pid(url)
    async with (
        served("lms.app:create_app", settings=settings) as ours,
        served("bench.limits:create_app", settings=settings) as bare,
    ):
        costs: dict[str, list[float]] = {"ours": [], "bare": []}
        for turn in range(TURNS):
            for name, server in (("ours", ours), ("bare", bare)):
                async with Asker(server.port) as asker:
                    before = server.cpu_seconds() + cpu_of_tree(database)
                    for number in range(ENROLMENTS // TURNS):
                        if name == "ours":
                            await asker.post(
                                "/api/v1/enrolments", _order(run_id, turn * 1_000 + number), from_somewhere()
                            )
                        else:
                            await asker.post("/take", {"name": f"Person {number}"})
                    spent = server.cpu_seconds() + cpu_of_tree(database) - before
                    costs[name].append(spent * 1_000 / (ENROLMENTS // TURNS))
    ratio = statistics.median(costs["ours"]) / statistics.median(costs["bare"])
    print(
        f"G3 ratio={ratio:.2f} ours_ms={statistics.median(costs['ours']):.2f}"
        f" limit_ms={statistics.median(costs['bare']):.2f}"
    )


async def _rounds(url: str, runs: object, *, processes: int, clients: int, rounds: int) -> Tally:
    tally = Tally()
    async with served("lms.app:create_app", processes=processes, settings=_settings(url)) as server:
        await _warm(server, processes)
        for number in range(rounds):
            run_id = next(runs)  # type: ignore[call-overload]
            await _alone(server, tally, next(runs) if clients == 16 else "")  # type: ignore[call-overload]
            replies = await asyncio.gather(
                *(_enrol(server, run_id, number * clients + client, tally) for client in range(clients))
            )
            tally.rounds += 1
            tally.unanswered += sum(status == 0 for status in replies)
            tally.faults += sum(status >= 500 for status in replies)
            await _judge(url, UUID(run_id), clients, tally)
    return tally


async def _alone(server: Server, tally: Tally, run_id: str) -> None:
    if run_id:
        single = Tally()
        await _enrol(server, run_id, 0, single)
        tally.alone += single.seconds


async def _enrol(server: Server, run_id: str, number: int, tally: Tally) -> int:
    started = time.perf_counter()
    async with Asker(server.port) as asker:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reply = await asker.post("/api/v1/enrolments", _order(run_id, number), from_somewhere())
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            return 0
    tally.seconds.append(time.perf_counter() - started)
    return reply.status


async def _judge(url: str, run_id: UUID, clients: int, tally: Tally) -> None:
    begin = connect(url)
    async with begin.reading() as session:
        run = await session.get_one(Run, run_id)
        rows = (
            await session.execute(
                select(Enrolment.state, Party.position)
                .join(Party, Party.id == Enrolment.party_id)
                .where(Enrolment.run_id == run_id)
                .order_by(Party.position)
            )
        ).all()
    await begin.close()
    placed = [position for state, position in rows if state is EnrolmentState.CONFIRMED]
    waiting = [position for state, position in rows if state is EnrolmentState.WAITING]
    tally.oversold += max(len(placed) - PLACES, 0) + max(run.occupied - PLACES, 0)
    tally.lost += clients - len(placed) - len(waiting)
    tally.disorder += sum(position < max(placed, default=0) for position in waiting)


async def _warm(server: Server, processes: int) -> None:
    """Let every process build its first page before anything is timed."""
    for _ in range(processes * 4):
        async with Asker(server.port) as asker:
            await asker.get("/health/ready")


def _order(run_id: str, number: int) -> dict[str, object]:
    person = {"given_name": f"Ada{number}", "family_name": "Lehmann", "email": f"ada{number}@example.com"}
    return {"run_id": run_id, "persons": [person]}


def from_somewhere() -> dict[str, str]:
    """An address of its own for each request, so that no limit for one address is reached (S-40)."""
    number = next(ADDRESSES)
    return {"x-forwarded-for": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def _settings(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "LMS_DEMO": "true", "LMS_TRUSTED_PROXIES": '["127.0.0.1/32"]'}


def postgres_pid(url: str) -> int:
    """The process of the server that listens at this address: its port stands on its command line."""
    port = url.rsplit(":", 1)[1].split("/", maxsplit=1)[0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if words[0].endswith("postgres") and port in words:
            return int(folder.name)
    raise RuntimeError("the database server is not to be found")
