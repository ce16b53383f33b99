"""Keep state aid

Regulations, what companies declare, and statements about de-minimis aid, none of which ever changes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = (
    "aid_rule",
    "aid_declaration",
    "aid_statement",
    "aid_end",
    "aid_register_entry",
    "aid_paper",
    "aid_proposal",
    "no_aid",
)
UNCHANGING = {
    "aid_rule": "aid_rule_is_written",
    "aid_declaration": "aid_declaration_is_written",
    "aid_statement": "aid_statement_is_written",
    "aid_end": "aid_statement_is_written",
    "aid_register_entry": "aid_statement_is_written",
    "aid_paper": "aid_statement_is_written",
}
KNOWN_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = (
    "id", "regulation", "ceiling_cents", "window", "valid_from", "source", "added_at", "register_from", "register_days",
)  # fmt: skip
RULES = (
    # Art. 3 (2): 200,000 euros in three fiscal years (road freight: 100,000, which is not known here)
    (
        UUID("a1d00000-0000-4000-8000-000000001407"), "Verordnung (EU) Nr. 1407/2013", 20_000_000, "fiscal", date(2014, 1, 1),
        "Art. 3 Abs. 2, ABl. EU L 352 vom 24.12.2013, S. 1", KNOWN_SINCE, None, 20,
    ),
    # Art. 3 (2): 300,000 euros over any period of three years; Art. 6: a central register from 1 January 2026, within 20 working days
    (
        UUID("a1d00000-0000-4000-8000-000000002831"), "Verordnung (EU) 2023/2831", 30_000_000, "rolling", date(2024, 1, 1),
        "Art. 3 Abs. 2, ABl. EU L, 2023/2831 vom 15.12.2023", KNOWN_SINCE, date(2026, 1, 1), 20,
    ),
)  # fmt: skip


def upgrade() -> None:
    rules = op.create_table(
        "aid_rule",
        sa.Column("regulation", sa.String(), nullable=False),
        sa.Column("ceiling_cents", sa.Integer(), nullable=False),
        sa.Column(
            "window",
            sa.Enum("rolling", "fiscal", name="aidwindow", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("register_from", sa.Date(), nullable=True),
        sa.Column("register_days", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ceiling_cents > 0", name=op.f("ck_aid_rule_ceiling")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_rule")),
    )
    op.create_table(
        "no_aid",
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_aid")),
        sa.UniqueConstraint("about_kind", "about_id", name=op.f("uq_no_aid_about_kind_about_id")),
    )
    op.create_table(
        "aid_declaration",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other", JSON, nullable=False),
        sa.Column("linked", JSON, nullable=False),
        sa.Column("linked_names", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_aid_declaration_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_declaration")),
    )
    op.create_index(op.f("ix_aid_declaration_company_id"), "aid_declaration", ["company_id"], unique=False)
    op.create_table(
        "aid_proposal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "granted", "sent_back", name="aidproposalstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_aid_proposal_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_proposal")),
    )
    op.create_index(op.f("ix_aid_proposal_company_id"), "aid_proposal", ["company_id"], unique=False)
    op.create_index(op.f("ix_aid_proposal_state"), "aid_proposal", ["state"], unique=False)
    op.create_table(
        "aid_statement",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "consultation",
                "seat",
                "training",
                "digital_check",
                "other",
                name="aidkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("gross_cents", sa.Integer(), nullable=False),
        sa.Column("reckoning", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("before_cents", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "override_reason = '' OR approved_by IS NOT NULL", name=op.f("ck_aid_statement_second_person")
        ),
        sa.CheckConstraint("gross_cents > 0", name=op.f("ck_aid_statement_gross")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_aid_statement_company_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["aid_declaration.id"], name=op.f("fk_aid_statement_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["aid_statement.id"], name=op.f("fk_aid_statement_replaces_id")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["aid_rule.id"], name=op.f("fk_aid_statement_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_aid_statement_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_aid_statement_replaces_id")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_aid_statement_year_counter")),
    )
    op.create_index("ix_aid_statement_about", "aid_statement", ["about_kind", "about_id"], unique=False)
    op.create_index("ix_aid_statement_company", "aid_statement", ["company_id", "granted_on"], unique=False)
    op.create_table(
        "aid_end",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["aid_statement.id"], name=op.f("fk_aid_end_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_aid_end")),
    )
    op.create_table(
        "aid_paper",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["aid_statement.id"], name=op.f("fk_aid_paper_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_aid_paper")),
    )
    op.create_table(
        "aid_register_entry",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["aid_statement.id"], name=op.f("fk_aid_register_entry_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_aid_register_entry")),
    )
    op.bulk_insert(rules, [dict(zip(NAMES, row, strict=True)) for row in RULES])
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
