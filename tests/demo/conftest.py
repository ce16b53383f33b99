"""A database filled with the demo centre, once for each of some days; the tests only look at it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from lms.db import connect
from lms.demo.loading import load
from tests.demo.town import TODAYS, Loaded, demo_settings


@pytest.fixture(scope="session", params=TODAYS)
def filled(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, datetime]:
    """A database filled on one of the days; the tests only look at it."""
    file, now = tmp_path_factory.mktemp("demo") / "demo.sqlite3", TODAYS[request.param]
    file.write_bytes(migrated_file.read_bytes())
    asyncio.run(_fill(f"sqlite:///{file}", now))
    return f"sqlite:///{file}", now


async def _fill(url: str, now: datetime) -> None:
    begin = connect(url)
    await load(begin, demo_settings(url), now)
    await begin.close()


@pytest.fixture
async def town(filled: tuple[str, datetime]) -> AsyncIterator[Loaded]:
    loaded = Loaded(*filled)
    yield loaded
    await loaded.begin.close()
