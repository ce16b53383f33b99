"""Bringing a database to the shape the code expects."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from lms.db import async_url

SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: there is one place for scripts and one for the address."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def migrate(url: str, revision: str = "head") -> None:
    """Move the database to this revision, up or down; "head" is the newest. Doing it twice changes nothing."""

    def run(connection: Connection) -> None:
        config = configuration(connection)
        script = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_heads()
        target = script.get_current_head() if revision == "head" else revision
        if list(current) == [target]:
            return
        going_up = revision == "head" or not current or _is_ahead(script, current[0], revision)
        (command.upgrade if going_up else command.downgrade)(config, revision)

    await _with_connection(url, run)


async def is_current(url: str) -> bool:
    """Whether the database has the newest shape."""

    def look(connection: Connection) -> bool:
        script = ScriptDirectory.from_config(configuration())
        return MigrationContext.configure(connection).get_current_heads() == tuple(script.get_heads())

    return bool(await _with_connection(url, look))


async def write_revision(url: str, message: str, revision_id: str) -> None:
    """Write a new migration from the difference between the models and this (migrated) database."""

    def run(connection: Connection) -> None:
        command.revision(configuration(connection), message=message, autogenerate=True, rev_id=revision_id)

    await _with_connection(url, run)


def _is_ahead(script: ScriptDirectory, current: str, wanted: str) -> bool:
    below = {revision.revision for revision in script.iterate_revisions(current, "base")}
    return wanted != "base" and wanted not in below


async def _with_connection(url: str, run: Callable[[Connection], Any]) -> Any:
    """Foreign keys are off on SQLite meanwhile: changing a table there means copying it (Alembic's batch mode)."""
    address = async_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address, poolclass=NullPool)
    if address.get_backend_name() == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        async with engine.connect() as connection:
            result = await connection.run_sync(run)
            await connection.commit()
            return result
    finally:
        await engine.dispose()


def keep_unchanged(refusals: Mapping[str, str]) -> None:
    """In a migration: let the database refuse every change to rows of these tables, each with its word.

    Migrations that have run rely on this for ever: what is to be guarded otherwise gets a function of its own.
    """
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, refusal in refusals.items():
        name = f"guard_{table}_unchanging"
        if is_sqlite:
            for moment in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER guard_{table}_{moment.lower()} BEFORE {moment} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                )
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = '23514'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def forget_unchanged(tables: Iterable[str]) -> None:
    """In a migration that goes back, after the tables were dropped: take away what is left of their guards."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(f"DROP FUNCTION guard_{table}_unchanging()")
