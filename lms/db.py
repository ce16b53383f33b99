"""The database: the base of all rows, and the two ways to open it.

`begin()` opens a transaction that writes, `begin.reading()` one that only looks. On PostgreSQL both come from one pool.
SQLite knows one writer: there each process keeps a single writing connection, whose transactions start with
BEGIN IMMEDIATE and queue for that connection instead of for the file, so that "database is locked" cannot happen
inside a process, and a few reading connections beside it (WAL).
"""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, dataclass_transform
from uuid import UUID, uuid4

import asyncpg
from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import JSON, Date, Enum, LargeBinary, MetaData, String, Text, Time, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from lms.kernel.links import Links

BUSY_TIMEOUT_MS = 5_000  # S-70
ATTEMPTS = 6
SERIALISATION_FAILURES = frozenset({"40001", "40P01"})
UNIQUE_VIOLATION = "23505"
OF_A_KEY = '"pk_'
"""Begins the name of every primary key, as PostgreSQL quotes it; on SQLite nobody writes at the same moment."""
LAST = "last"
"""Where a session keeps what is done just before it commits."""
Json = JSON().with_variant(JSONB(), "postgresql")


# tells the type checker what SQLAlchemy does with kw_only anyway: it holds for every class below
@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The base of all rows: typed dataclasses with a random UUID as key (S-06)."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: DateTimeUTC(timezone=True),
        date: Date(),
        time: Time(),
        str: String(),
        bytes: LargeBinary(),
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, str]]: Json,
        list[dict[str, Any]]: Json,
        StrEnum: Enum(
            StrEnum, native_enum=False, length=32, values_callable=lambda kind: [item.value for item in kind]
        ),
    }


class Row(Base):
    """A row with its own random key."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


LongText = Text()


def async_url(url: str) -> URL:
    """The address with the driver we use: aiosqlite or asyncpg."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}[parsed.get_backend_name()]
    return parsed.set(drivername=driver)


class Begin:
    """Opens transactions. Calling it gives one that commits when the block ends and rolls back when it raises."""

    def __init__(self, writing: AsyncEngine, reading: AsyncEngine) -> None:
        self.writing_engine = writing
        self.reading_engine = reading
        self._asker = _Asker(writing.url)
        self._glancing: sqlite3.Connection | None = None
        self._info: dict[str, Any] = {}
        self._writing = async_sessionmaker(writing, expire_on_commit=False, info=self._info)
        self._reading = async_sessionmaker(reading, expire_on_commit=False, info=self._info)

    def give(
        self,
        links: Links,
        *,
        has_sms: bool = False,
        ways_to_pay: Collection[str] = ("invoice", "cash"),
        charges_return_fees: bool = False,
        quiet_hours: tuple[int, int] = (0, 0),
        distance_since: date | None = None,
        lessons_kept_days: int = 365,
        statistics_units: tuple[int, int] = (3, 8),
    ) -> None:
        """Let everybody who is handed a session make links (`links_of`), and know what is set up.

        That is `has_sms`, `ways_to_pay`, `charges_return_fees`, `quiet_hours`, `distance_since`, `lessons_kept_days` and `statistics_units`.
        """
        self._info["links"] = links
        self._info["has_sms"] = has_sms
        self._info["ways_to_pay"] = frozenset(ways_to_pay)
        self._info["charges_return_fees"] = charges_return_fees
        self._info["quiet_hours"] = quiet_hours
        self._info["distance_since"] = distance_since
        self._info["lessons_kept_days"] = lessons_kept_days
        self._info["statistics_units"] = statistics_units

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        async with self._writing() as session, session.begin():
            yield session
            while acts := session.info.pop(LAST, None):
                for act in acts.values():
                    await act(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A consistent view that cannot write; what it returns may be read after it is closed."""
        async with self._reading() as session, session.begin():
            yield session

    @property
    def is_sqlite(self) -> bool:
        """Whether rows live in a file of ours."""
        return self.writing_engine.dialect.name == "sqlite"

    async def glance(self, statement: str) -> Sequence[Sequence[Any]]:
        """What a tiny statement without parameters gives, as committed right now, in the cheapest way this database has.

        For questions asked at every request. On SQLite it is answered in the file's page cache within microseconds, less
        than handing it to another thread would cost; a reader of a WAL file waits for nobody.
        """
        if self.is_sqlite:
            if self._glancing is None:
                file = self.writing_engine.url.database or ""
                self._glancing = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
                self._glancing.execute("PRAGMA query_only=ON")
            return self._glancing.execute(statement).fetchall()
        return await self._asker.ask(statement)

    async def close(self) -> None:
        """Give all connections back."""
        if self._glancing is not None:
            self._glancing.close()
            self._glancing = None
        await self._asker.close()
        await self.writing_engine.dispose()
        await self.reading_engine.dispose()


class _Asker:
    """One connection of its own for tiny questions, opened with the first: a pool would ask it three times to ask once."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql")
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def ask(self, statement: str) -> Sequence[Sequence[Any]]:
        """The rows; over a new connection when the old one is gone."""
        async with self._turn:
            try:
                return await self._rows(statement)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                self._drop()  # asking twice does no harm, and a server that goes away says so in many ways
            return await self._rows(statement)

    async def _rows(self, statement: str) -> Sequence[Sequence[Any]]:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url.render_as_string(hide_password=False))
        return [tuple(row) for row in await self._connection.fetch(statement)]

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


def at_the_end(session: AsyncSession, name: str, act: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have `act` done as the last thing in this transaction, once for each name: what must see everything that happened."""
    session.info.setdefault(LAST, {})[name] = act


def links_of(session: AsyncSession) -> Links:
    """Who makes the links in letters written in this session: listeners are handed nothing else."""
    links = session.info["links"]
    assert isinstance(links, Links)  # noqa: S101 - app.py gives it when it opens the database
    return links


def has_sms(session: AsyncSession) -> bool:
    """Whether a gateway for short messages is set: where none is, nobody is promised one."""
    return bool(session.info.get("has_sms"))


def quiet_hours(session: AsyncSession) -> tuple[int, int]:
    """From which hour until which no telephone rings, in Europe/Berlin."""
    begins, ends = session.info.get("quiet_hours", (0, 0))
    return int(begins), int(ends)


def distance_since(session: AsyncSession) -> date | None:
    """From which day on the rule about distance learning holds; None: it is switched off."""
    since = session.info.get("distance_since")
    return since if isinstance(since, date) else None


def statistics_units(session: AsyncSession) -> tuple[int, int]:
    """Up to how many units an event is a single one, and up to how many a seminar, in the national statistics."""
    single, seminar = session.info.get("statistics_units", (3, 8))
    return int(single), int(seminar)


def lessons_kept_days(session: AsyncSession) -> int:
    """How many days after a run's end its learners read its lessons (`Settings.lessons_kept_days`)."""
    return int(session.info.get("lessons_kept_days", 365))


def ways_to_pay(session: AsyncSession) -> frozenset[str]:
    """The ways of paying that this centre is set up for (`Settings.ways_to_pay`): no other is offered anywhere."""
    ways = session.info["ways_to_pay"]
    assert isinstance(ways, frozenset)  # noqa: S101 - app.py gives it when it opens the database
    return ways


def charges_return_fees(session: AsyncSession) -> bool:
    """Whether the payer bears what a bank charges for a debit that came back (`Settings.debit_charges_return_fee`)."""
    return bool(session.info.get("charges_return_fees"))


def connect(url: str, *, pool_size: int = 10) -> Begin:
    """Open the database at `url`; nothing is created and no connection made before the first transaction."""
    address = async_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        return Begin(
            _sqlite(address, connections=1, writes=True), _sqlite(address, connections=4, writes=False)
        )
    engine = create_async_engine(address, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)
    return Begin(engine, engine.execution_options(postgresql_readonly=True))


def _sqlite(address: URL, *, connections: int, writes: bool) -> AsyncEngine:
    engine = create_async_engine(address, pool_size=connections, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


P = ParamSpec("P")
T = TypeVar("T")


def retried(action: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Do a whole transaction again when the database asks for it: serialisation failure, deadlock, busy file (S-70).

    Also when a row with the same id was written a moment earlier: the same form sent twice at once, which the second time
    finds what the first one made.
    """

    @wraps(action)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS):
            try:
                return await action(*args, **kwargs)
            except DBAPIError as error:
                if not _is_passing(error):
                    raise
            await asyncio.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter, no secret
        return await action(*args, **kwargs)

    return again


def _is_passing(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if code == UNIQUE_VIOLATION and OF_A_KEY in str(error.orig):
        return True
    return code in SERIALISATION_FAILURES or "database is locked" in str(error.orig)
