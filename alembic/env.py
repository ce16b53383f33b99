"""Alembic's side of the door: everything is decided in `lms.migrating`, which hands in an open connection."""

from typing import Any

from advanced_alchemy.types import DateTimeUTC
from alembic import context
from sqlalchemy import JSON, Connection

from lms.models import METADATA


def plain_types(kind: str, thing: Any, _context: Any) -> str | bool:
    """Migrations name SQLAlchemy's own types, so that they still run when our code has moved on."""
    if kind == "type" and isinstance(thing, DateTimeUTC):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, JSON):
        return 'sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")'
    return False


def run_on(connection: Connection) -> None:
    """Run what was asked for on this connection, each migration in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
        render_item=plain_types,
        include_object=context.config.attributes.get("include_object"),
    )
    with context.begin_transaction():
        context.run_migrations()


run_on(context.config.attributes["connection"])
