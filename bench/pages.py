"""Pages: G1 the catalogue, G2 the same unchanged, G14 growth."""

import os
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from litestar.di import Provide
from litestar.testing import AsyncTestClient
from sqlalchemy import event

from bench.asking import Asker
from bench.filling import prepare
from bench.serving import Server, served
from lms.app import create_app
from lms.settings import Settings

ROUNDS = int(os.environ.get("ROUNDS", "7"))
ASKED = int(os.environ.get("ASKED", "60"))
LIST = "/kurse?anzahl=50"
FEED = "/kalender/programm.ics"
Ask = Callable[[Asker], Awaitable[None]]


async def run() -> None:
    """Print G1, G2 and G14."""
    with tempfile.TemporaryDirectory() as folder:
        small = f"sqlite:///{Path(folder) / 'small.sqlite3'}"
        await prepare(small, runs=2_000)
        await _catalogue(small)
        await _growth(Path(folder))


async def _catalogue(url: str) -> None:
    settings = {"DATABASE_URL": url, "LMS_DEMO": "true"}
    async with (
        served("lms.app:create_app", settings=settings) as ours,
        served("bench.limits:create_app", settings=settings) as bare,
    ):
        async with Asker(ours.port) as asker:
            first = await asker.get(LIST)
        tag = {"if-none-match": first.headers.get("etag", "")}
        page, limit = await compare((ours, LIST, {}), (bare, "/page", {}))
        again, hello = await compare((ours, LIST, tag), (bare, "/hello", {}))
        async with Asker(ours.port) as asker:
            unchanged = (await asker.get(LIST, tag)).status
    statements = await statements_of(url, LIST)
    print(f"G1 ratio={page / limit:.2f} ours_ms={page:.2f} limit_ms={limit:.2f} statements={statements}")
    print(f"G2 ratio={again / hello:.2f} status={unchanged} ours_ms={again:.2f} hello_ms={hello:.2f}")


async def _growth(folder: Path) -> None:
    urls = {}
    for size in (1_000, 10_000, 100_000):
        urls[size] = f"sqlite:///{folder / f'{size}.sqlite3'}"
        await prepare(urls[size], runs=size)
    async with (
        served("lms.app:create_app", settings={"DATABASE_URL": urls[1_000], "LMS_DEMO": "true"}) as few,
        served("lms.app:create_app", settings={"DATABASE_URL": urls[10_000], "LMS_DEMO": "true"}) as more,
        served("lms.app:create_app", settings={"DATABASE_URL": urls[100_000], "LMS_DEMO": "true"}) as many,
    ):
        listed, listed_many = await compare((few, LIST, {}), (many, LIST, {}))
        fed, fed_more = await compare((few, FEED, {}), (more, FEED, {}))
    counts = [await statements_of(url, LIST) for url in urls.values()]
    print(
        f"G14 list_100x={listed_many / listed:.2f} feed_10x={fed_more / fed:.2f} statements={counts[0]}"
        f" statements_100x={counts[-1]} feed_statements={await statements_of(urls[1_000], FEED)}"
    )


async def compare(
    one: tuple[Server, str, dict[str, str]], other: tuple[Server, str, dict[str, str]], *, asked: int = ASKED
) -> tuple[float, float]:
    """CPU milliseconds per request of both, by turns in one run; the medians."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for (server, path, headers), found in zip((one, other), costs, strict=True):
            async with Asker(server.port) as asker:
                await asker.get(path, headers)
                before = server.cpu_seconds()
                for _ in range(asked):
                    await asker.get(path, headers)
                found.append((server.cpu_seconds() - before) * 1_000 / asked)
    return max(statistics.median(costs[0]), 0.001), max(statistics.median(costs[1]), 0.001)


async def statements_of(url: str, path: str) -> int:
    """How many SQL statements the page takes when it is asked for the second time."""
    settings = Settings(database_url=url, demo=True)
    app = create_app(settings)
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    async with AsyncTestClient(app, base_url="http://127.0.0.1:8000") as client:
        await client.get(path)
        begin = cast("Provide", app.dependencies["begin"]).dependency()
        for engine in {begin.writing_engine.sync_engine, begin.reading_engine.sync_engine}:
            event.listen(engine, "before_cursor_execute", counted)
        await client.get(path)
    return count
