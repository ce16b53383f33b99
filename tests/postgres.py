"""A PostgreSQL server of the tests' own: started when the first test asks for it, gone when the last one is through.

`postgres_server()` gives one to whoever wants it for a while. As a pytest plugin this module shares a single server
among all workers of a run and ends it even when the run is killed. `TEST_DATABASE_URL` names a server to use instead.
"""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

SHARED = "LMS_TEST_POSTGRES"  # the folder in which the workers of one run find their server
OWNER = "lms"
UNDURABLE = (  # quick, and lost with the power; what tests leave behind is thrown away sooner than it could be tidied
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
)
PATIENCE = 60.0
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 1_000_000_000
USES_OF_A_COPY = 50  # then rows that are gone, which still take room, make it slower than a new one


class PostgresUnavailable(Exception):
    """There is no PostgreSQL here, or it would not start; the message says what to do."""


def in_memory() -> str | None:
    """A folder whose files never touch a disk, for databases that are thrown away; None where there is no room for it."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_NEEDED
    return str(MEMORY) if has_room and os.access(MEMORY, os.W_OK) else None


@contextmanager
def postgres_server(settings: Sequence[str] = UNDURABLE) -> Iterator[str]:
    """Run a server of our own as long as the block lasts, and give the URL of its empty maintenance database.

    `settings` are lines of postgresql.conf; pass none to measure a server as durable as the real one, on a disk.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    where = in_memory() if settings else None
    with tempfile.TemporaryDirectory(prefix="lms-postgres-", dir=where, ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with _running(home, settings) as url:
            yield url


def create_database(server_url: str, name: str, template: str | None = None) -> str:
    """Make a database, empty or as a copy of `template`, in place of one of that name; give its URL."""
    with closing(psycopg.connect(server_url, autocommit=True)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0"), sql.Identifier(_quickest())
            )
        )
    return database_url(server_url, name)


def _quickest() -> str:
    """How to copy a database: as files where no disk has to take them at once, else by way of the log."""
    return "wal_log" if "TEST_DATABASE_URL" in os.environ or in_memory() is None else "file_copy"


def drop_database(server_url: str, name: str) -> None:
    """Remove a database, whoever may still be connected."""
    with closing(psycopg.connect(server_url, autocommit=True)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def template_database(server_url: str, name: str, fill: Callable[[str], None]) -> str:
    """Give the name of a database to copy from; whichever worker comes first has `fill(url)` fill it, once a run."""
    with closing(psycopg.connect(server_url, autocommit=True)) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        ready = connection.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if ready != (True,):
            fill(create_database(server_url, name))
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
    return name


@dataclass
class Refilled:
    """One database for many tests, one after the other: what the last one wrote is gone when the next one gets it.

    Emptying the tables that grew takes a tenth of the time that a copy of some two thousand files does. Wants a superuser,
    who alone may pass over the triggers that keep rows unchanged.
    """

    server_url: str
    name: str
    template: str
    _uses: int = 0
    _shape: object = None
    _filled: dict[str, bytes] = field(default_factory=dict)
    _numbers: list[tuple[str, int | None]] = field(default_factory=list)

    def url(self) -> str:
        """The database as the template has it; whoever was still connected no longer is."""
        self._uses += 1
        if self._uses % USES_OF_A_COPY != 1 and self._emptied():
            return database_url(self.server_url, self.name)
        url = create_database(self.server_url, self.name, self.template)
        self._look(url)
        return url

    def _emptied(self) -> bool:
        """Whether all is as at first; tables or triggers that a test has changed cannot be put back."""
        with closing(
            psycopg.connect(database_url(self.server_url, self.name), autocommit=True)
        ) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [self.name],
            )
            if _shape(connection) != self._shape:
                return False
            with connection.transaction():
                self._put_back(connection)
        return True

    def _look(self, url: str) -> None:
        with closing(psycopg.connect(url)) as connection:
            self._shape = _shape(connection)
            for table in _grown(connection):
                with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as rows:
                    self._filled[table.as_string()] = b"".join(bytes(row) for row in rows)
            self._numbers = connection.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"
            ).fetchall()

    def _put_back(self, connection: psycopg.Connection) -> None:
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in _grown(connection):
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            rows = self._filled.get(table.as_string())
            if rows:
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as target:
                    target.write(rows)
        for sequence, number in self._numbers:
            connection.execute(
                "SELECT setval(%s, coalesce(%s, 1), %s)", [sequence, number, number is not None]
            )


def _shape(connection: psycopg.Connection) -> object:
    return connection.execute(
        "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),"
        " (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal)"
    ).fetchone()


def _grown(connection: psycopg.Connection) -> list[sql.Identifier]:
    """The tables that take room, which those do that a row was ever written to."""
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND pg_relation_size(oid) > 0"
    )
    return [sql.Identifier(name) for (name,) in found]


def database_url(server_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


# ---- starting and stopping ------------------------------------------------------------------------------------


@contextmanager
def _running(home: Path, settings: Sequence[str]) -> Iterator[str]:
    data, log = home / "data", home / "server.log"
    port = _free_port()
    as_owner = _as_somebody_harmless(home)
    _initialise(data, as_owner)
    options = ["max_connections=200", "unix_socket_directories=", "listen_addresses=127.0.0.1", *settings]
    command = [
        _program("postgres"),
        "-D",
        str(data),
        "-p",
        str(port),
        *(part for line in options for part in ("-c", line)),
    ]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*as_owner, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as server,
    ):
        try:
            url = f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
            _await_answer(url, server, log)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast": a polite SIGTERM would wait for clients to leave
            with suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()


def _initialise(data: Path, as_owner: Sequence[str]) -> None:
    made = subprocess.run(
        [
            *as_owner,
            _program("initdb"),
            "-D",
            data,
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise PostgresUnavailable(f"initdb failed:\n{made.stdout}{made.stderr}")


def _await_answer(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as problem:
            if server.poll() is not None or time.monotonic() > deadline:
                raise PostgresUnavailable(f"the server does not answer:\n{log.read_text()}") from problem
            time.sleep(0.05)
        else:
            return


def _program(name: str) -> str:
    """Where a program of the server lies: Debian keeps them off the PATH, the newest version in the last folder."""
    versions = Path("/usr/lib/postgresql")
    newest_first = sorted(versions.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]), reverse=True)
    found = shutil.which(name) or next(map(str, newest_first), None)
    if found is None:
        raise PostgresUnavailable(
            f"no {name} here: install PostgreSQL, or name a server in TEST_DATABASE_URL (apt-get install postgresql)"
        )
    return found


def _as_somebody_harmless(home: Path) -> list[str]:
    """The words before a command that run it as somebody else when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            person = pwd.getpwnam(name)
            os.chown(home, person.pw_uid, person.pw_gid)
            ids = (f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups")
            return ["setpriv", *ids]  # becomes the command, so that our signals reach the server itself
    raise PostgresUnavailable("root needs a user called postgres or nobody to run the server as")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ---- one server for all workers of a run ----------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the meeting place: a pipe that the controlling process holds open as long as it lives."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="lms-postgres-run-"))
    os.mkfifo(folder / "alive")
    os.environ[SHARED] = str(folder)
    held = os.open(folder / "alive", os.O_RDWR)

    def end() -> None:
        os.environ.pop(SHARED, None)
        os.close(held)
        keeper = folder / "keeper"
        deadline = time.monotonic() + PATIENCE
        while keeper.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(end)


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of the run's server."""
    return shared_server()


def shared_server() -> str:
    """The URL of the server that all workers of this run share; whoever asks first waits for it to start."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    folder = Path(os.environ[SHARED])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = folder / "url"
        if not answer.exists():
            _start_keeper(folder)
        return answer.read_text()


def _start_keeper(folder: Path) -> None:
    (folder / "keeper").touch()
    keeper = subprocess.Popen(
        [sys.executable, "-P", __file__, str(folder)], start_new_session=True, stdin=subprocess.DEVNULL
    )
    while not (folder / "url").exists():
        if keeper.poll() is not None:
            raise PostgresUnavailable("the server did not start; what it said stands above")
        time.sleep(0.05)
    keeper.returncode = 0  # it outlives this worker on purpose, which Popen would complain about


def keep(folder: Path) -> None:
    """Run a server until nobody holds the pipe open any more, which is so the moment the run ends, however it ends."""
    os.environ.pop("TEST_DATABASE_URL", None)
    try:
        with postgres_server() as url:
            (folder / "url.new").write_text(url)
            (folder / "url.new").rename(folder / "url")
            _wait_for_the_end(folder / "alive")
        shutil.rmtree(folder, ignore_errors=True)  # a killed run cannot do it any more
    finally:
        (folder / "keeper").unlink(missing_ok=True)


def _wait_for_the_end(pipe: Path) -> None:
    alive = os.open(
        pipe, os.O_RDONLY | os.O_NONBLOCK
    )  # blocking would wait for ever if everybody had left already
    with suppress(BlockingIOError):
        if os.read(alive, 1) == b"":
            return
    os.set_blocking(alive, True)
    os.read(alive, 1)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
