"""Calendars: G6 the first request after a change, G7 nothing has changed, G8 when a change shows, G14 growth."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bench.asking import Asker
from bench.filling import prepare
from bench.pages import compare, statements_of
from bench.serving import Server, served
from lms.db import connect
from lms.feeds.models import Feed
from lms.feeds.service import PURPOSE
from lms.kernel.tokens import Signer
from lms.people.models import Person
from lms.settings import DEMO_SECRET

ROUNDS = int(os.environ.get("ROUNDS", "7"))
FIRST = int(os.environ.get("FIRST", "12"))
TINY = int(os.environ.get("TINY", "500"))
CHANGES = int(os.environ.get("CHANGES", "40"))
FEED = "/kalender/programm.ics"
ONE_RUN = "/kalender/kurs/B000001.ics"
LIST = "/kurse?anzahl=50"


async def run() -> None:
    """Print G6, G7, G8 and G14."""
    with tempfile.TemporaryDirectory() as folder:
        files = {size: Path(folder) / f"{size}.sqlite3" for size in (1_000, 10_000)}
        for size, file in files.items():
            await prepare(f"sqlite:///{file}", runs=size)
        few, many = files.values()
        await _first(few)
        await _unchanged(few)
        await _shows(few)
        await _growth(few, many)


async def _first(file: Path) -> None:
    """Each request comes after a change of one session: nothing that was joined before can be sent again."""
    settings = _settings(file)
    async with (
        served("lms.app:create_app", settings=settings) as ours,
        served("bench.limits:create_app", settings=settings) as bare,
    ):
        started = time.perf_counter()
        async with Asker(ours.port) as asker:
            await asker.get(FEED)
        cold = time.perf_counter() - started
        feed, limit = await _after_changes((ours, FEED, file), (bare, "/feed", file))
    statements = await statements_of(_settings(file)["DATABASE_URL"], "/kalender/zielgruppe/seniors.ics")
    print(
        f"G6 ratio={feed / limit:.2f} ours_ms={feed:.2f} by_hand_ms={limit:.2f} statements={statements}"
        f" never_asked_before_ms={cold * 1_000:.0f}"
    )


async def _unchanged(file: Path) -> None:
    settings = _settings(file)
    own = await _own_feed(settings["DATABASE_URL"])
    async with (
        served("lms.app:create_app", settings=settings) as ours,
        served("bench.limits:create_app", settings=settings) as bare,
    ):
        async with Asker(ours.port) as asker:
            tags = {path: (await asker.get(path)).headers["etag"] for path in (FEED, own)}
            again = [(await asker.get(path, {"if-none-match": tags[path]})).status for path in tags]
        public, hello = await compare(
            (ours, FEED, {"if-none-match": tags[FEED]}), (bare, "/hello", {}), asked=TINY
        )
        personal, greeting = await compare(
            (ours, own, {"if-none-match": tags[own]}), (bare, "/hello", {}), asked=TINY
        )
    print(
        f"G7 ratio={public / hello:.2f} personal_ratio={personal / greeting:.2f} status={again}"
        f" ours_ms={public:.2f} personal_ms={personal:.2f} hello_ms={hello:.2f}"
    )


async def _shows(file: Path) -> None:
    """With two processes, asked over a new connection each time: how many requests until both show the change."""
    most = 0
    async with served("lms.app:create_app", processes=2, settings=_settings(file)) as ours:
        tags: dict[str, str] = {}
        for number in range(CHANGES):
            title = f"Umbenannt {number}"
            _write(file, "UPDATE course SET title_de = ? WHERE slug = 'kurs-0'", title)
            for path in (LIST, FEED):
                asked = 0
                while True:
                    asked += 1
                    async with Asker(ours.port) as asker:
                        reply = await asker.get(path, {"if-none-match": tags[path]} if path in tags else {})
                    if reply.status == 200 and title.encode() in reply.body:
                        tags[path] = reply.headers["etag"]
                        break
                most = max(most, asked)
    print(f"G8 requests={most} changes={CHANGES} processes=2")


async def _growth(few: Path, many: Path) -> None:
    async with (
        served("lms.app:create_app", settings=_settings(few)) as small,
        served("lms.app:create_app", settings=_settings(many)) as large,
    ):
        longest = await _longest_wait(large)
        one, ten = await _after_changes((small, FEED, few), (large, FEED, many), asked=4)
        statements = [
            await statements_of(_settings(file)["DATABASE_URL"], "/kalender/zielgruppe/seniors.ics")
            for file in (few, many)
        ]
    print(
        f"G14 feed_10x={ten / one:.2f} ms_1000={one:.1f} ms_10000={ten:.1f} statements={statements}"
        f" longest_wait_beside_it_ms={longest * 1_000:.0f}"
    )


async def _longest_wait(server: Server) -> float:
    """How long somebody else waits for a tiny answer while 10,000 sessions are written for the first time."""
    async with Asker(server.port) as reader, Asker(server.port) as other:
        waits = []
        known = {"if-none-match": (await other.get(ONE_RUN)).headers["etag"]}
        reading = asyncio.create_task(reader.get(FEED))
        while not reading.done():
            started = time.perf_counter()
            await other.get(ONE_RUN, known)
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(0.002)
        await reading
    return max(waits)


async def _after_changes(
    one: tuple[Server, str, Path], other: tuple[Server, str, Path], *, asked: int = FIRST
) -> tuple[float, float]:
    """CPU milliseconds of both for a request that comes after a change, by turns in one run; the medians."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for (server, path, file), found in zip((one, other), costs, strict=True):
            async with Asker(server.port) as asker:
                await asker.get(path)
                before = server.cpu_seconds()
                for _ in range(asked):
                    _write(
                        file,
                        "UPDATE session SET topic = ? WHERE id = (SELECT min(id) FROM session)",
                        uuid4().hex,
                    )
                    await asker.get(path)
                found.append((server.cpu_seconds() - before) * 1_000 / asked)
    return max(statistics.median(costs[0]), 0.001), max(statistics.median(costs[1]), 0.001)


def _write(file: Path, statement: str, value: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
        connection.execute(statement, (value,))


async def _own_feed(url: str) -> str:
    """The path of somebody's own calendar."""
    begin, now = connect(url), datetime.now(UTC)
    person = Person(given_name="Ada", family_name="Lehmann", matching="ada lehmann", created_at=now)
    feed = Feed(person_id=person.id, created_at=now)
    async with begin() as session:
        session.add(person)
        await session.flush()
        session.add(feed)
    await begin.close()
    return f"/kalender/{feed.id}/{Signer([DEMO_SECRET]).token(PURPOSE, feed.id, feed.version)}.ics"


def _settings(file: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{file}", "LMS_DEMO": "true"}
