"""A handful of fixtures: a database of each kind, the clock, the house, and a client without a browser.

`database` is SQLite unless a test module says `pytestmark = BOTH`: then every test runs on PostgreSQL as well, as each
test of a rule in domain.md does.
"""

import asyncio
import gc
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import forkserver
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import hypothesis
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from lms.app import around, build, log_plainly, move_in, worker
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.migrating import migrate
from lms.settings import Settings
from lms.web.module import Around
from tests.making import FixedClock
from tests.postgres import (
    Refilled,
    in_memory,
    postgres,
    pytest_configure,
    template_database,
)

__all__ = ["postgres", "pytest_configure"]
"""What the plugin in tests/postgres.py gives: a fixture and a hook, found here by pytest."""

# how long an example takes says more about what else the machine has to do than about the example; every run tries others
hypothesis.settings.register_profile("house", deadline=None, max_examples=60)
hypothesis.settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Where processes of their own will be wanted, let the one that they come from get ready beside the first tests."""
    if "tests.processes" in sys.modules:
        forkserver.ensure_running()


BASE_URL = "http://127.0.0.1:8000"
NAMES = count()
OF_SERVICES = {
    "database_url": "",
    "files": Path(),
    "smtp_url": "",
    "bbb_url": "",
    "bbb_secret": SecretStr(""),
}
"""What no route is built of."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated_file() -> Iterator[Path]:
    """An empty database in a file, to copy; every test's own copy lies beside it, if possible in memory."""
    with TemporaryDirectory(prefix="lms-sqlite-", dir=in_memory()) as folder:
        file = Path(folder) / "lms.sqlite3"
        asyncio.run(migrate(f"sqlite:///{file}"))
        yield file


@pytest.fixture(scope="session")
def refilled(postgres: str) -> Refilled:
    """The PostgreSQL database that the tests of this process have one after the other."""
    template = template_database(postgres, "lms_template", lambda url: asyncio.run(migrate(url)))
    return Refilled(postgres, f"lms_{uuid4().hex}", template)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty, migrated database."""
    if getattr(request, "param", "sqlite") == "sqlite":
        original: Path = request.getfixturevalue("migrated_file")
        with TemporaryDirectory(dir=original.parent) as folder:
            yield f"sqlite:///{shutil.copy(original, folder)}"
        return
    refilled: Refilled = request.getfixturevalue("refilled")
    yield refilled.url()


@pytest.fixture
def clock() -> FixedClock:
    """Friday, 4 December 2026, 9:00 in Haldensleben; a test moves it with `clock.forward(...)`."""
    return FixedClock(datetime(2026, 12, 4, 8, 0, tzinfo=UTC))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database,
        demo=True,
        files=tmp_path,
        port=8000,
        drawing_processes=1,
        drawing_niceness=0,
        _env_file=None,  # type: ignore[call-arg]
    )


@pytest.fixture
async def house(settings: Settings, clock: FixedClock) -> AsyncIterator[Around]:
    """What services are given."""
    place = around(settings, clock)
    yield place
    await place.begin.close()


@pytest.fixture
def begin(house: Around) -> Begin:
    return house.begin


@pytest.fixture
def jobs(house: Around) -> Worker:
    """The worker without its clocks: `await jobs.drain()` lets everything happen that was announced.

    All its clocks strike the first time that a worker looks, which takes a third of a second; who tests them asks for `clockwork`.
    """
    return replace(worker(house), periodic=())


@pytest.fixture
def clockwork(house: Around) -> Worker:
    """The worker with its clocks."""
    return worker(house)


@pytest.fixture(scope="session")
def built() -> Callable[[Settings], Litestar]:
    """Applications that have been built: the seconds that it takes are spent once in a process, not in each test."""
    known: list[tuple[Settings, Litestar]] = []

    def one_for(wanted: Settings) -> Litestar:
        same = wanted.model_copy(update=OF_SERVICES)
        for settings, app in known:
            if settings == same:
                return app
        log_plainly()
        known.append((same, build(wanted)))
        gc.freeze()  # what is here stays to the end: looking through it for garbage took a fifth of the time
        return known[-1][1]

    return one_for


@pytest.fixture
def app(settings: Settings, clock: FixedClock, built: Callable[[Settings], Litestar]) -> Litestar:
    """The application with this test's database and clock. Who adds routes makes one of their own: `create_app`."""
    app = built(settings)
    move_in(app, around(settings, clock))
    return app


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """Somebody with a browser, not signed in; redirects are shown, not followed."""
    async with AsyncTestClient(app, base_url=BASE_URL) as somebody:
        somebody.follow_redirects = False
        yield somebody


@pytest.fixture
def unique() -> Callable[[str], str]:
    """A name that no other test of this process uses."""
    return lambda stem: f"{stem}-{next(NAMES)}"


HOUR = timedelta(hours=1)
