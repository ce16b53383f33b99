"""Remind and part

What the cashiers do about what is late: runs of reminders and their letters, which never change; who is not reminded and
why; what is paid in instalments; and the parts of a price that somebody else pays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = (
    "dunning_run",
    "handed_over",
    "debtor_note",
    "instalment_plan",
    "payer_share",
    "reminder_block",
    "instalment",
    "reminder",
    "reminder_document",
    "reminder_line",
    "reminder_taken_back",
)
UNCHANGING = {
    "reminder": "reminder_is_written",
    "reminder_line": "reminder_is_written",
    "reminder_document": "reminder_is_written",
    "reminder_taken_back": "reminder_is_written",
    "instalment": "instalments_are_agreed",
}


def upgrade() -> None:
    op.create_table(
        "dunning_run",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("preparing", "done", name="runstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("only_key", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_run")),
        sa.UniqueConstraint("number", name=op.f("uq_dunning_run_number")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_dunning_run_year_counter")),
    )
    op.create_index(
        "uq_dunning_run_preparing",
        "dunning_run",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'preparing'"),
        sqlite_where=sa.text("state = 'preparing'"),
    )
    op.create_table(
        "handed_over",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("owed_cents", sa.Integer(), nullable=False),
        sa.Column("handed_at", MOMENT, nullable=False),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("handed_by_name", sa.String(), nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_over")),
    )
    op.create_index(op.f("ix_handed_over_enrolment_id"), "handed_over", ["enrolment_id"], unique=False)
    op.create_index(
        "uq_handed_over_account",
        "handed_over",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
        sqlite_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "debtor_note",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (company_id IS NULL)", name=op.f("ck_debtor_note_whose")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_debtor_note_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_debtor_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_note")),
    )
    op.create_index(op.f("ix_debtor_note_company_id"), "debtor_note", ["company_id"], unique=False)
    op.create_index(op.f("ix_debtor_note_person_id"), "debtor_note", ["person_id"], unique=False)
    op.create_table(
        "instalment_plan",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=True),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_by_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "fallen",
                "done",
                "replaced",
                "ended",
                name="planstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state <> 'fallen') OR (due_on IS NOT NULL)", name=op.f("ck_instalment_plan_fallen")
        ),
        sa.CheckConstraint("total_cents > 0", name=op.f("ck_instalment_plan_total")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_instalment_plan_company_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["person.id"], name=op.f("fk_instalment_plan_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment_plan")),
    )
    op.create_index(op.f("ix_instalment_plan_debtor_id"), "instalment_plan", ["debtor_id"], unique=False)
    op.create_index(
        op.f("ix_instalment_plan_enrolment_id"), "instalment_plan", ["enrolment_id"], unique=False
    )
    op.create_index("ix_instalment_plan_state", "instalment_plan", ["state"], unique=False)
    op.create_index(
        "uq_instalment_plan_account",
        "instalment_plan",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('active', 'fallen')"),
        sqlite_where=sa.text("state IN ('active', 'fallen')"),
    )
    op.create_table(
        "payer_share",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "employer",
                "jobcentre",
                "town",
                "education_voucher",
                "other",
                name="sharekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "ended", name="sharestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payer_share_amount")),
        sa.CheckConstraint(
            "percent IS NULL OR percent BETWEEN 1 AND 100", name=op.f("ck_payer_share_percent")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payer_share_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_share")),
    )
    op.create_index(op.f("ix_payer_share_company_id"), "payer_share", ["company_id"], unique=False)
    op.create_index(op.f("ix_payer_share_enrolment_id"), "payer_share", ["enrolment_id"], unique=False)
    op.create_index(
        "uq_payer_share_payer",
        "payer_share",
        ["enrolment_id", "company_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "reminder_block",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (company_id IS NULL)", name=op.f("ck_reminder_block_whose")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_reminder_block_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_block_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_block")),
    )
    op.create_index(op.f("ix_reminder_block_company_id"), "reminder_block", ["company_id"], unique=False)
    op.create_index(op.f("ix_reminder_block_person_id"), "reminder_block", ["person_id"], unique=False)
    op.create_table(
        "instalment",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("until_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_instalment_amount")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["instalment_plan.id"], name=op.f("fk_instalment_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_instalment")),
    )
    op.create_index(op.f("ix_instalment_due_on"), "instalment", ["due_on"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_key", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owed_cents", sa.Integer(), nullable=False),
        sa.Column("facts", FACTS, nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("fee_entry_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(fee_cents > 0) = (fee_entry_id IS NOT NULL)", name=op.f("ck_reminder_fee")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_reminder_level")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_reminder_company_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["person.id"], name=op.f("fk_reminder_debtor_id")),
        sa.ForeignKeyConstraint(["fee_entry_id"], ["ledger_entry.id"], name=op.f("fk_reminder_fee_entry_id")),
        sa.ForeignKeyConstraint(["run_id"], ["dunning_run.id"], name=op.f("fk_reminder_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("number", name=op.f("uq_reminder_number")),
        sa.UniqueConstraint("run_id", "debtor_key", name=op.f("uq_reminder_run_id_debtor_key")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_reminder_year_counter")),
    )
    op.create_index(op.f("ix_reminder_debtor_id"), "reminder", ["debtor_id"], unique=False)
    op.create_index(op.f("ix_reminder_debtor_key"), "reminder", ["debtor_key"], unique=False)
    op.create_table(
        "reminder_document",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("fk_reminder_document_reminder_id")
        ),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_reminder_document")),
    )
    op.create_table(
        "reminder_line",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("owed_cents", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("facts", FACTS, nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_reminder_line_level")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_reminder_line_invoice_id")),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("fk_reminder_line_reminder_id")),
        sa.ForeignKeyConstraint(["run_id"], ["dunning_run.id"], name=op.f("fk_reminder_line_run_id")),
        sa.PrimaryKeyConstraint("reminder_id", "account_id", name=op.f("pk_reminder_line")),
        sa.UniqueConstraint("run_id", "account_id", name=op.f("uq_reminder_line_run_id_account_id")),
    )
    op.create_index("ix_reminder_line_account", "reminder_line", ["account_id"], unique=False)
    op.create_index(op.f("ix_reminder_line_enrolment_id"), "reminder_line", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_reminder_line_invoice_id"), "reminder_line", ["invoice_id"], unique=False)
    op.create_table(
        "reminder_taken_back",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_reminder_taken_back_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("fk_reminder_taken_back_reminder_id")
        ),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_reminder_taken_back")),
    )
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
