"""Contract with trainers

Fee contracts with their words, papers and acceptances; kinds of qualification, what they are required for, and who has
which; and what a status file rests on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNCHANGING = {
    "contract_wording": "a version of the words never changes",
    "contract_paper": "papers of contracts never change",
    "contract_acceptance": "how a contract was accepted never changes",
    "allowance_declaration": "declarations are only ever added",
}


def upgrade() -> None:
    op.create_table(
        "contract_wording",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("child_protection", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_wording")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_wording_number")),
    )
    op.create_table(
        "qualification_kind",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_kind")),
        sa.UniqueConstraint("name", name=op.f("uq_qualification_kind_name")),
    )
    op.create_table(
        "standing_rule",
        sa.Column(
            "kind",
            sa.Enum("units", "share", "only_client", name="standingrulekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_standing_rule")),
    )
    op.create_table(
        "tax_allowance",
        sa.Column("from_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("from_year", name=op.f("pk_tax_allowance")),
    )
    op.create_table(
        "allowance_declaration",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("claimed_cents", sa.Integer(), nullable=False),
        sa.Column("elsewhere_cents", sa.Integer(), nullable=False),
        sa.Column("is_side_job", sa.Boolean(), nullable=False),
        sa.Column("only_client", sa.Boolean(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "claimed_cents >= 0 AND elsewhere_cents >= 0", name=op.f("ck_allowance_declaration_cents")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_allowance_declaration_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance_declaration")),
    )
    op.create_index(
        "ix_allowance_declaration_person",
        "allowance_declaration",
        ["person_id", "year", "declared_at"],
        unique=False,
    )

    op.create_table(
        "qualification_need",
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(topic_id IS NOT NULL AND audience = '' AND course_id IS NULL) OR (topic_id IS NULL AND audience <> '' AND course_id IS NULL) OR (topic_id IS NULL AND audience = '' AND course_id IS NOT NULL)",
            name=op.f("ck_qualification_need_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_qualification_need_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["qualification_kind.id"], name=op.f("fk_qualification_need_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_qualification_need_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_need")),
    )
    op.create_index("ix_qualification_need_kind", "qualification_need", ["kind_id"], unique=False)

    op.create_table(
        "qualification_record",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR seen_on <= valid_until", name=op.f("ck_qualification_record_period")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["qualification_kind.id"], name=op.f("fk_qualification_record_kind_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_qualification_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_record")),
    )
    op.create_index(
        "ix_qualification_record_person", "qualification_record", ["person_id", "kind_id"], unique=False
    )
    op.create_index(
        "ix_qualification_record_valid_until", "qualification_record", ["valid_until"], unique=False
    )

    op.create_table(
        "fee_contract",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                "superseded",
                name="contractstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wording_number", sa.Integer(), nullable=True),
        sa.Column(
            "facts", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), nullable=False),
        sa.Column("substitution_cents", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR offered_at IS NOT NULL OR state = 'withdrawn'",
            name=op.f("ck_fee_contract_offered"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_contract_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_fee_contract_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_fee_contract_number")),
    )
    op.create_index(op.f("ix_fee_contract_person_id"), "fee_contract", ["person_id"], unique=False)
    op.create_index(op.f("ix_fee_contract_run_id"), "fee_contract", ["run_id"], unique=False)
    op.create_index("ix_fee_contract_state", "fee_contract", ["state", "offered_at"], unique=False)
    op.create_index(
        "uq_fee_contract_accepted",
        "fee_contract",
        ["run_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
        sqlite_where=sa.text("state = 'accepted'"),
    )
    op.create_index(
        "uq_fee_contract_open",
        "fee_contract",
        ["run_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'offered')"),
        sqlite_where=sa.text("state IN ('draft', 'offered')"),
    )

    op.create_table(
        "contract_acceptance",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("screen", "paper", name="acceptanceway", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_name", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("wording_number", sa.Integer(), nullable=False),
        sa.Column("consents", sa.Boolean(), nullable=True),
        sa.Column("consent_words", sa.Text(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["fee_contract.id"], name=op.f("fk_contract_acceptance_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_acceptance")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_contract_acceptance_contract_id")),
    )
    op.create_table(
        "contract_paper",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("contract", "evidence", "scan", name="paperkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["fee_contract.id"], name=op.f("fk_contract_paper_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_paper")),
        sa.UniqueConstraint("contract_id", "kind", name=op.f("uq_contract_paper_contract_id_kind")),
    )
    op.create_table(
        "status_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["fee_contract.id"], name=op.f("fk_status_consent_contract_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_status_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_consent")),
    )
    op.create_index(op.f("ix_status_consent_person_id"), "status_consent", ["person_id"], unique=False)
    keep_unchanged(UNCHANGING)
    op.execute(
        "INSERT INTO tax_allowance (from_year, cents, source) VALUES"
        " (2021, 300000, '§ 3 Nr. 26 EStG, Jahressteuergesetz 2020'),"
        " (2026, 330000, '§ 3 Nr. 26 EStG, Steueränderungsgesetz 2025')"
    )
    op.execute(
        "INSERT INTO standing_rule (kind, threshold) VALUES ('units', 300), ('share', 25), ('only_client', 1)"
    )


def downgrade() -> None:
    for table in (
        "status_consent",
        "contract_paper",
        "contract_acceptance",
        "fee_contract",
        "qualification_record",
        "qualification_need",
        "allowance_declaration",
        "tax_allowance",
        "standing_rule",
        "qualification_kind",
        "contract_wording",
    ):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
