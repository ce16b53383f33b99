"""Read bank statements

What a bank told never changes: statements, lines and which statement shows which booking. What the team decided about a
line stands beside it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNCHANGING = ("bank_statement", "bank_line", "bank_sighting")
REFUSAL = "statements_are_kept"
TABLES = (
    "line_clearing",
    "line_part",
    "bank_sighting",
    "bank_line",
    "known_account",
    "bank_statement",
    "statement_draft",
    "column_profile",
    "bank_account",
)


def upgrade() -> None:

    op.create_table(
        "bank_account",
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("iban", name=op.f("pk_bank_account")),
    )
    op.create_table(
        "column_profile",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_profile")),
        sa.UniqueConstraint("headings", name=op.f("uq_column_profile_headings")),
    )
    op.create_table(
        "statement_draft",
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_draft")),
    )
    op.create_index("ix_statement_draft_uploaded_at", "statement_draft", ["uploaded_at"])
    op.create_table(
        "bank_statement",
        sa.Column("account_iban", sa.String(), nullable=False),
        sa.Column(
            "format",
            sa.Enum("camt", "mt940", "csv", name="format", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("sum_cents", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new_entries", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("opening_cents", sa.BigInteger(), nullable=True),
        sa.Column("closing_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_iban"], ["bank_account.iban"], name=op.f("fk_bank_statement_account_iban")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
    )
    op.create_index("ix_bank_statement_account", "bank_statement", ["account_iban", "ends_on"])
    op.create_index("ix_bank_statement_imported_at", "bank_statement", ["imported_at"])
    op.create_table(
        "known_account",
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (company_id IS NULL)", name=op.f("ck_known_account_whose")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_known_account_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_known_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_account")),
        sa.UniqueConstraint(
            "iban", "person_id", "company_id", name=op.f("uq_known_account_iban_person_id_company_id")
        ),
    )
    op.create_index("ix_known_account_iban", "known_account", ["iban"])
    op.create_index("ix_known_account_person_id", "known_account", ["person_id"])
    op.create_table(
        "bank_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("account_iban", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valued_on", sa.Date(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("bic", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("end_to_end", sa.String(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("is_reversal", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("original_cents", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bank_line_fingerprint")),
    )
    op.create_index("ix_bank_line_day", "bank_line", ["account_iban", "booked_on"])
    op.create_index("ix_bank_line_entry_id", "bank_line", ["entry_id"])
    op.create_index("ix_bank_line_iban", "bank_line", ["iban"])
    op.create_index("ix_bank_line_statement_id", "bank_line", ["statement_id"])
    op.create_table(
        "bank_sighting",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("account_iban", sa.String(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_sighting_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "entry_id", name=op.f("pk_bank_sighting")),
    )
    op.create_index("ix_bank_sighting_entry_id", "bank_sighting", ["entry_id"])
    op.create_table(
        "line_part",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_line_part_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_line_part_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_part")),
        sa.UniqueConstraint(
            "line_id", "round", "enrolment_id", name=op.f("uq_line_part_line_id_round_enrolment_id")
        ),
    )
    op.create_index("ix_line_part_enrolment_id", "line_part", ["enrolment_id"])
    op.create_index("ix_line_part_line_id", "line_part", ["line_id"])
    op.create_table(
        "line_clearing",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "booked",
                "aside",
                "returning",
                "returned",
                "reported",
                name="linestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column(
            "aside",
            sa.Enum(
                "payout",
                "collection",
                "charges",
                "transfer",
                "other",
                name="asidereason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_line_clearing_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_line_clearing_refund_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_line_clearing")),
    )
    op.create_index("ix_line_clearing_state", "line_clearing", ["state"])
    keep_unchanged(dict.fromkeys(UNCHANGING, REFUSAL))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
