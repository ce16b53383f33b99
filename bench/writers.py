"""G5: sixteen writers on one SQLite file, synchronous=FULL: ours, a pool of connections, and the bare module."""

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.limits import TABLES
from lms.db import connect

WRITERS = 16
EACH = 25
TAKE = "UPDATE bench_run SET taken = taken + 1 WHERE id = 1 AND taken < capacity RETURNING taken"
PLACE = "INSERT INTO bench_place (run, position, name) VALUES (1, :position, :name)"
JOB = "INSERT INTO bench_job (kind, position) VALUES ('taken', :position)"


async def writers(folder: Path) -> str:
    """The line of G5: transactions per second of ours against the two others, and how often the pool was refused."""
    raw = _raw(_file(folder, "raw"))
    pool, refused = await _pool(_file(folder, "pool"))
    ours = await _ours(_file(folder, "ours"))
    return (
        f"G5 to_pool={ours / pool:.2f} of_raw={raw / ours:.2f} ours_per_s={ours:.0f} pool_refused={refused}"
    )


def _file(folder: Path, name: str) -> Path:
    path = folder / f"{name}.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    for statement in TABLES:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def _raw(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    started = time.perf_counter()
    for number in range(WRITERS * EACH):
        connection.execute("BEGIN IMMEDIATE")
        position = connection.execute(TAKE).fetchone()[0]
        connection.execute(PLACE, {"position": position, "name": f"Person {number}"})
        connection.execute(JOB, {"position": position})
        connection.execute("COMMIT")
    connection.close()
    return WRITERS * EACH / (time.perf_counter() - started)


async def _ours(path: Path) -> float:
    begin = connect(f"sqlite:///{path}")

    async def write(writer: int) -> None:
        for number in range(EACH):
            async with begin() as session:
                position = (await session.execute(text(TAKE))).scalar_one()
                await session.execute(text(PLACE), {"position": position, "name": f"{writer} {number}"})
                await session.execute(text(JOB), {"position": position})

    started = time.perf_counter()
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    await begin.close()
    return WRITERS * EACH / (time.perf_counter() - started)


async def _pool(path: Path) -> tuple[float, int]:
    engine = _pooled(path)
    refused = 0

    async def write(writer: int) -> None:
        nonlocal refused
        for number in range(EACH):
            while True:
                try:
                    async with engine.begin() as connection:
                        position = (await connection.execute(text(TAKE))).scalar_one()
                        await connection.execute(
                            text(PLACE), {"position": position, "name": f"{writer} {number}"}
                        )
                        await connection.execute(text(JOB), {"position": position})
                except OperationalError:
                    refused += 1
                else:
                    break

    started = time.perf_counter()
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    await engine.dispose()
    return WRITERS * EACH / (time.perf_counter() - started), refused


def _pooled(path: Path) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=WRITERS)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
