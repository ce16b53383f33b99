"""Close the books

A chart of accounts, closed months with their journals, profiles for the cash office, and what was handed out. A close never
changes, and nothing is booked into a month that is closed. On PostgreSQL whoever books holds a shared lock until the end of the
transaction and whoever closes waits for it: an entry that is on its way is either in the close or refused.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNCHANGING = {
    "account_chart": "chart_is_kept",
    "month_close": "close_is_final",
    "close_paper": "close_is_final",
}
CLOSED = "month_is_closed"
LOCK = 39340030  # of lms/books/closing.py
MOMENT = sa.DateTime(timezone=True)


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


ON_SQLITE = (
    f"""
    CREATE TRIGGER guard_ledger_month BEFORE INSERT ON ledger_entry BEGIN
        SELECT RAISE(ABORT, '{CLOSED}') WHERE NEW.booked_at < (SELECT max(until) FROM month_close);
    END""",
)
ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION guard_ledger_month() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({LOCK});
        IF NEW.booked_at < (SELECT max(until) FROM month_close) THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$""",
    """
    CREATE TRIGGER guard_ledger_month BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION guard_ledger_month()""",
)


def upgrade() -> None:
    op.add_column("run", sa.Column("cost_centre", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "account_chart",
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("accounts", _json(), nullable=False),
        sa.Column("consultant", sa.Integer(), nullable=False),
        sa.Column("client", sa.Integer(), nullable=False),
        sa.Column("fiscal_month", sa.Integer(), nullable=False),
        sa.Column("account_length", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_account_chart")),
    )
    op.create_table(
        "month_close",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("sum_cents", sa.Integer(), nullable=False),
        sa.Column("entries_sha256", sa.String(), nullable=False),
        sa.Column("journal_sha256", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("chart_version", sa.Integer(), nullable=False),
        sa.Column("sums", _json(), nullable=False),
        sa.Column("warnings", _json(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_month_close_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_close")),
        sa.UniqueConstraint("number", name=op.f("uq_month_close_number")),
        sa.UniqueConstraint("month", name=op.f("uq_month_close_month")),
    )
    op.create_table(
        "close_paper",
        sa.Column("close_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind("paperkind", "csv", "pdf"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["close_id"], ["month_close.id"], name=op.f("fk_close_paper_close_id")),
        sa.PrimaryKeyConstraint("close_id", "kind", name=op.f("pk_close_paper")),
    )
    op.create_table(
        "cash_profile",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("columns", _json(), nullable=False),
        sa.Column("rows", _kind("cashrows", "all", "claims", "money"), nullable=False),
        sa.Column("separator", sa.String(), nullable=False),
        sa.Column("date_format", sa.String(), nullable=False),
        sa.Column("amount_format", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("has_header", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_profile")),
        sa.UniqueConstraint("name", name=op.f("uq_cash_profile_name")),
    )
    op.create_table(
        "book_export",
        sa.Column("kind", _kind("exportkind", "datev", "cash_office", "audit"), nullable=False),
        sa.Column("state", _kind("exportstate", "preparing", "ready", "gone", "failed"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=True),
        sa.Column("profile_name", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_export")),
    )
    op.create_index("ix_book_export_made", "book_export", ["made_at"])
    op.create_table(
        "export_part",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["book_export.id"], name=op.f("fk_export_part_export_id")),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_export_part")),
    )
    keep_unchanged(UNCHANGING)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if is_sqlite else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER guard_ledger_month" + (" ON ledger_entry" if is_postgresql else ""))
    for table in (
        "export_part",
        "book_export",
        "cash_profile",
        "close_paper",
        "month_close",
        "account_chart",
    ):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
    if is_postgresql:
        op.execute("DROP FUNCTION guard_ledger_month()")
    op.execute("ALTER TABLE run DROP COLUMN cost_centre")
