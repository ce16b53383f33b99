"""Take cash at the counter, call people, print letters in runs

A cash receipt and a count of the till never change, and receipts are numbered without a gap, as invoices are (S-72).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNCHANGING = {"cash_receipt": "receipt_is_issued", "till_count": "till_count_is_kept"}
GAPS = "receipts_are_gapless"
MOMENT = sa.DateTime(timezone=True)


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose its triggers.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "letter": [
            sa.Column("short", sa.Text(), nullable=False, server_default=""),
            sa.Column("print_run_id", sa.Uuid(), nullable=True),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_letter_print_run_id", "letter", ["print_run_id"])
    op.create_table(
        "print_run",
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("rendered", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    op.create_index("ix_print_run_state", "print_run", ["state", "made_at"])
    op.create_table(
        "print_run_document",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["print_run.id"], name=op.f("fk_print_run_document_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_print_run_document")),
    )
    op.create_table(
        "phone_call",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("call_until", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("deadline", MOMENT, nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_name", sa.String(), nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_phone_call_letter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_phone_call_letter_id")),
    )
    op.create_index("ix_phone_call_state", "phone_call", ["state", "call_until"])
    op.create_index("ix_phone_call_person_id", "phone_call", ["person_id"])
    op.create_table(
        "phone_attempt",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["phone_call.id"], name=op.f("fk_phone_attempt_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_attempt")),
    )
    op.create_index("ix_phone_attempt_call_id", "phone_attempt", ["call_id"])
    op.create_table(
        "cash_receipt",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("given_cents", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("cashier_id", sa.Uuid(), nullable=True),
        sa.Column("cashier_name", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_cash_receipt_reversal")
        ),
        sa.CheckConstraint("(kind = 'receipt') = (amount_cents > 0)", name=op.f("ck_cash_receipt_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_cash_receipt_entry_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["cash_receipt.id"], name=op.f("fk_cash_receipt_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_receipt")),
        sa.UniqueConstraint("series", "year", "counter", name=op.f("uq_cash_receipt_series_year_counter")),
        sa.UniqueConstraint("number", name=op.f("uq_cash_receipt_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_cash_receipt_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_cash_receipt_reverses_id")),
    )
    op.create_index("ix_cash_receipt_issued_at", "cash_receipt", ["issued_at"])
    op.create_index("ix_cash_receipt_enrolment_id", "cash_receipt", ["enrolment_id"])
    op.create_table(
        "till_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.Column("booked_cents", sa.Integer(), nullable=False),
        sa.Column("counted_cents", sa.Integer(), nullable=False),
        sa.Column("cashier_id", sa.Uuid(), nullable=True),
        sa.Column("cashier_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_count")),
    )
    op.create_index("ix_till_count_day", "till_count", ["day"])
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "till_count",
        "cash_receipt",
        "phone_attempt",
        "phone_call",
        "print_run_document",
        "print_run",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in (*(f"{table}_unchanging" for table in UNCHANGING), "cash_receipt_number"):
            op.execute(f"DROP FUNCTION guard_{name}()")
    op.drop_index("ix_letter_print_run_id", "letter")
    # letters by ways that the house before this one does not know go on paper
    op.execute("UPDATE letter SET channel = 'post' WHERE channel IN ('sms', 'phone')")
    op.execute("UPDATE person SET channel = 'post' WHERE channel IN ('sms', 'phone')")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")


def _sqlite() -> list[str]:
    statements = [
        f"""
        CREATE TRIGGER guard_{table}_{moment.lower()} BEFORE {moment} ON {table}
        BEGIN SELECT RAISE(ABORT, '{refusal}'); END"""
        for table, refusal in UNCHANGING.items()
        for moment in ("UPDATE", "DELETE")
    ]
    return [
        *statements,
        f"""
        CREATE TRIGGER guard_cash_receipt_number BEFORE INSERT ON cash_receipt BEGIN
            SELECT RAISE(ABORT, '{GAPS}') WHERE NEW.counter <> (SELECT coalesce(max(counter), 0) + 1
                FROM cash_receipt WHERE series = NEW.series AND year = NEW.year);
        END""",
    ]


def _postgresql() -> list[str]:
    statements = []
    for table, refusal in UNCHANGING.items():
        name = f"guard_{table}_unchanging"
        statements += [
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = '23514'; END $$""",
            f"""
            CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}()""",
        ]
    return [
        *statements,
        f"""
        CREATE FUNCTION guard_cash_receipt_number() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM cash_receipt WHERE series = NEW.series AND year = NEW.year
                HAVING NEW.counter <> coalesce(max(counter), 0) + 1) THEN
                RAISE EXCEPTION '{GAPS}' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        END $$""",
        """
        CREATE TRIGGER guard_cash_receipt_number BEFORE INSERT ON cash_receipt
        FOR EACH ROW EXECUTE FUNCTION guard_cash_receipt_number()""",
    ]
