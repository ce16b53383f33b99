"""Collect by direct debit

Mandates of payers, what is to be collected by them, and the files for the bank, whose bytes never change.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT, REFUSAL = "debit_file_document", "debit_file_is_kept"
OPEN = sa.text("state IN ('planned', 'announced', 'in_file')")


def upgrade() -> None:
    op.create_table(
        "debit_mandate",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("creditor_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("bic", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("former_iban", sa.String(), nullable=False),
        sa.Column("is_amended", sa.Boolean(), nullable=False),
        sa.Column("blocked_for", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'revoked') OR signed_on IS NOT NULL", name=op.f("ck_debit_mandate_signed")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_debit_mandate_person_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_debit_mandate_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_mandate")),
        sa.UniqueConstraint("reference", name=op.f("uq_debit_mandate_reference")),
    )
    op.create_index("ix_debit_mandate_person_id", "debit_mandate", ["person_id"])
    op.create_index("ix_debit_mandate_company_id", "debit_mandate", ["company_id"])
    op.create_index("ix_debit_mandate_state", "debit_mandate", ["state", "last_used_on"])
    op.create_table(
        "chosen_mandate",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["debit_mandate.id"], name=op.f("fk_chosen_mandate_mandate_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_chosen_mandate")),
    )
    op.create_index("ix_chosen_mandate_mandate_id", "chosen_mandate", ["mandate_id"])
    op.create_table(
        "debit_file",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("credited_at", MOMENT, nullable=True),
        sa.Column("credited_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_file")),
        sa.UniqueConstraint("number", name=op.f("uq_debit_file_number")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_debit_file_year_counter")),
    )
    op.create_index("ix_debit_file_made_at", "debit_file", ["made_at"])
    op.create_table(
        DOCUMENT,
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["debit_file.id"], name=op.f("fk_debit_file_document_file_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_debit_file_document")),
    )
    op.create_table(
        "debit",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("end_to_end_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("collect_on", sa.Date(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("is_fixed", sa.Boolean(), nullable=False),
        sa.Column("announced_cents", sa.Integer(), nullable=True),
        sa.Column("announced_for", sa.Date(), nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.Column("handled_note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('planned', 'announced', 'cancelled')) = (file_id IS NULL)",
            name=op.f("ck_debit_filed"),
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["debit_mandate.id"], name=op.f("fk_debit_mandate_id")),
        sa.ForeignKeyConstraint(["file_id"], ["debit_file.id"], name=op.f("fk_debit_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_debit_end_to_end_id")),
    )
    op.create_index("ix_debit_enrolment_id", "debit", ["enrolment_id"])
    op.create_index("ix_debit_mandate_id", "debit", ["mandate_id"])
    op.create_index("ix_debit_file_id", "debit", ["file_id"])
    op.create_index("ix_debit_state", "debit", ["state", "collect_on"])
    op.create_index(
        "uq_debit_open", "debit", ["enrolment_id"], unique=True, postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_table(
        "collection_rule",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(run_id IS NULL) <> (course_id IS NULL)", name=op.f("ck_collection_rule_whose")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_collection_rule_run_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_collection_rule_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_rule")),
        sa.UniqueConstraint("run_id", name=op.f("uq_collection_rule_run_id")),
        sa.UniqueConstraint("course_id", name=op.f("uq_collection_rule_course_id")),
    )
    keep_unchanged({DOCUMENT: REFUSAL})


def downgrade() -> None:
    for table in ("collection_rule", "debit", DOCUMENT, "debit_file", "chosen_mandate", "debit_mandate"):
        op.drop_table(table)
    forget_unchanged([DOCUMENT])
    op.execute("DELETE FROM number_series WHERE name = 'LS'")
