"""Settle fees

Monthly fee statements of those who teach, with lines, approvals, payouts and documents; files for the bank say what they pay.
What is confirmed never changes, numbers have no gaps, and a session is paid once for each person.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
KEPT = {"fee_approval": "fee_approval_is_kept", "fee_document": "fee_document_is_kept"}
CONFIRMED = (
    "person_id, month, opened_at, kind, total_cents, carried_cents, facts, confirmed_at, confirmed_by, confirmed_by_name,"
    " reverses_id, reason"
)
"""Columns of a statement that are fixed once it is confirmed."""
ISSUED = "year, counter, number, issued_at, entry_id"
STEPS = "('open', 'confirmed'), ('confirmed', 'approved'), ('confirmed', 'rejected'), ('confirmed', 'paid'),\
 ('approved', 'paid'), ('approved', 'reversed'), ('paid', 'approved'), ('paid', 'reversed')"
NEXT = "SELECT coalesce(max(counter), 0) + 1 FROM fee_statement WHERE year = NEW.year"
LINE = (
    "statement_id, person_id, kind, day, cents, session_id, run_id, minutes, unit_cents, shared_by, is_substitution, facts,"
    " reason, carried_from_id, added_at, added_by, added_by_name"
)
"""Columns of a line that are fixed once it is written."""
GUARDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("statement_confirmed", f"UPDATE OF {CONFIRMED}", "fee_statement", "OLD.state <> 'open'", "fee_statement_is_kept"),
    ("statement_issued", f"UPDATE OF {ISSUED}", "fee_statement", "OLD.number IS NOT NULL", "fee_statement_is_kept"),
    (
        "statement_step", "UPDATE OF state", "fee_statement",
        f"OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES {STEPS})", "fee_statement_goes_on",
    ),
    (
        "statement_number", "UPDATE OF counter", "fee_statement",
        f"NEW.counter IS NOT NULL AND NEW.counter <> ({NEXT})", "fee_numbers_have_no_gaps",
    ),
    ("statement_kept", "DELETE", "fee_statement", "", "fee_statement_is_kept"),
    ("line_written", f"UPDATE OF {LINE}", "fee_line", "", "fee_line_is_kept"),
    ("line_stands", "UPDATE OF stands", "fee_line", "NEW.stands AND NOT OLD.stands", "fee_line_is_kept"),
    ("line_kept", "DELETE", "fee_line", "", "fee_line_is_kept"),
    (
        "line_added", "INSERT", "fee_line",
        "(SELECT state FROM fee_statement WHERE id = NEW.statement_id) <> 'open'", "fee_statement_is_kept",
    ),
)  # fmt: skip
"""Name, moment, table, when it refuses ("" for always), and the word it refuses with."""


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.add_column(
        "transfer_file",
        sa.Column(
            "purpose", _one_of("filepurpose", "refunds", "fees"), nullable=False, server_default="refunds"
        ),
    )
    op.add_column("line_clearing", sa.Column("fee_payout_id", sa.Uuid(), nullable=True))
    op.create_table(
        "fee_account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("tax_number", sa.String(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=False),
        sa.Column(
            "vat_kind", _one_of("vatkind", "small", "exempt_21", "exempt_22", "regular"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_account_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_fee_account")),
    )
    op.create_table(
        "fee_statement",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("kind", _one_of("statementkind", "statement", "reversal"), nullable=False),
        sa.Column(
            "state",
            _one_of("statementstate", "open", "confirmed", "approved", "paid", "rejected", "reversed"),
            nullable=False,
        ),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("carried_cents", sa.Integer(), nullable=False),
        sa.Column("facts", _json(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by_name", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_fee_statement_reversal")
        ),
        sa.CheckConstraint("carried_cents <= 0", name=op.f("ck_fee_statement_carried")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_fee_statement_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_statement_person_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["fee_statement.id"], name=op.f("fk_fee_statement_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_statement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_fee_statement_entry_id")),
        sa.UniqueConstraint("number", name=op.f("uq_fee_statement_number")),
    )
    op.create_index(op.f("ix_fee_statement_person_id"), "fee_statement", ["person_id"])
    op.create_index("ix_fee_statement_state", "fee_statement", ["state", "month"])
    op.create_index(
        "uq_fee_statement_open",
        "fee_statement",
        ["person_id", "month"],
        unique=True,
        sqlite_where=sa.text("state = 'open' AND kind = 'statement'"),
        postgresql_where=sa.text("state = 'open' AND kind = 'statement'"),
    )
    op.create_index(
        "uq_fee_statement_reverses",
        "fee_statement",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL AND state <> 'rejected'"),
        postgresql_where=sa.text("reverses_id IS NOT NULL AND state <> 'rejected'"),
    )

    op.create_table(
        "shared_fee",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_shared_fee_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_shared_fee")),
    )
    op.create_table(
        "fee_approval",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fee_statement.id"], name=op.f("fk_fee_approval_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "account_id", name=op.f("pk_fee_approval")),
    )
    op.create_table(
        "fee_document",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fee_statement.id"], name=op.f("fk_fee_document_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_fee_document")),
    )
    op.create_table(
        "fee_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "linekind",
                "session",
                "cancelled",
                "travel",
                "journey",
                "material",
                "other",
                "deduction",
                "carried",
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("shared_by", sa.Integer(), nullable=False),
        sa.Column("is_substitution", sa.Boolean(), nullable=False),
        sa.Column("facts", _json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("carried_from_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes >= 0 AND shared_by >= 1", name=op.f("ck_fee_line_minutes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_line_person_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fee_statement.id"], name=op.f("fk_fee_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_line")),
    )
    op.create_index(op.f("ix_fee_line_carried_from_id"), "fee_line", ["carried_from_id"])
    op.create_index(op.f("ix_fee_line_statement_id"), "fee_line", ["statement_id"])
    op.create_index(
        "uq_fee_line_session",
        "fee_line",
        ["person_id", "session_id"],
        unique=True,
        sqlite_where=sa.text("stands = 1 AND session_id IS NOT NULL"),
        postgresql_where=sa.text("stands AND session_id IS NOT NULL"),
    )
    op.create_index(
        "uq_fee_line_travel",
        "fee_line",
        ["person_id", "day"],
        unique=True,
        sqlite_where=sa.text("stands = 1 AND kind = 'travel'"),
        postgresql_where=sa.text("stands AND kind = 'travel'"),
    )

    op.create_table(
        "fee_objection",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fee_statement.id"], name=op.f("fk_fee_objection_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_objection")),
    )
    op.create_index(op.f("ix_fee_objection_statement_id"), "fee_objection", ["statement_id"])

    op.create_table(
        "fee_payout",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _one_of("payoutstate", "asked", "ready", "sent", "paid", "returned", "cancelled"),
            nullable=False,
        ),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("transfer_file_id", sa.Uuid(), nullable=True),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state <> 'paid' OR entry_id IS NOT NULL", name=op.f("ck_fee_payout_booked")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_fee_payout_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_fee_payout_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_payout_person_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fee_statement.id"], name=op.f("fk_fee_payout_statement_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_file_id"], ["transfer_file.id"], name=op.f("fk_fee_payout_transfer_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_payout")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_fee_payout_entry_id")),
    )
    op.create_index(op.f("ix_fee_payout_person_id"), "fee_payout", ["person_id"])
    op.create_index(op.f("ix_fee_payout_provider_ref"), "fee_payout", ["provider_ref"])
    op.create_index("ix_fee_payout_state", "fee_payout", ["state"])
    op.create_index(op.f("ix_fee_payout_transfer_file_id"), "fee_payout", ["transfer_file_id"])
    op.create_index(
        "uq_fee_payout_living",
        "fee_payout",
        ["statement_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('returned', 'cancelled')"),
        postgresql_where=sa.text("state NOT IN ('returned', 'cancelled')"),
    )

    op.create_table(
        "session_held",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_held_person_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_held_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_session_held")),
    )
    op.create_index(op.f("ix_session_held_person_id"), "session_held", ["person_id"])

    keep_unchanged(KEPT)
    _guard()


def _guard() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, moment, table, refused, word in GUARDS:
        if is_sqlite:
            condition = f" WHERE {refused}" if refused else ""
            op.execute(
                f"CREATE TRIGGER guard_fee_{name} BEFORE {moment} ON {table} BEGIN SELECT RAISE(ABORT, '{word}'){condition}; END"
            )
            continue
        gives = "OLD" if moment == "DELETE" else "NEW"
        raised = f"RAISE EXCEPTION '{word}' USING ERRCODE = '23514';"
        body = f"IF {refused} THEN {raised} END IF; RETURN {gives};" if refused else raised
        op.execute(
            f"CREATE FUNCTION guard_fee_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )
        op.execute(
            f"CREATE TRIGGER guard_fee_{name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION guard_fee_{name}()"
        )


def downgrade() -> None:
    for table in (
        "fee_objection", "session_held", "shared_fee", "fee_account", "fee_payout", "fee_document", "fee_approval",
        "fee_line", "fee_statement",
    ):  # fmt: skip
        op.drop_table(table)
    forget_unchanged(KEPT)
    if op.get_bind().dialect.name == "postgresql":
        for name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION guard_fee_{name}()")
    for table, column in (("line_clearing", "fee_payout_id"), ("transfer_file", "purpose")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
