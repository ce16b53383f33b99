"""Reckon prices by condition

A run's further prices, the centre's concessions with their proofs, and how each enrolment's price came about. Only new tables:
what enrolments cost so far is told as one line.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ONE_AMOUNT = (
    "(CASE WHEN price_cents IS NULL THEN 0 ELSE 1 END) + (CASE WHEN percent IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN off_cents IS NULL THEN 0 ELSE 1 END) = 1"
)


def upgrade() -> None:
    op.create_table(
        "concession_kind",
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("proof_de", sa.String(), nullable=False),
        sa.Column("proof_en", sa.String(), nullable=False),
        sa.Column("needs_proof", sa.Boolean(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("off_cents", sa.Integer(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("off_cents > 0", name=op.f("ck_concession_kind_off")),
        sa.CheckConstraint(
            "percent IS NULL OR off_cents IS NULL", name=op.f("ck_concession_kind_one_amount")
        ),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_concession_kind_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession_kind")),
    )
    op.create_table(
        "price_rate",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "resident",
                "early",
                "group",
                "company",
                "family",
                name="ratekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("off_cents", sa.Integer(), nullable=True),
        sa.Column("places", JSON, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("adds", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("off_cents > 0", name=op.f("ck_price_rate_off")),
        sa.CheckConstraint(ONE_AMOUNT, name=op.f("ck_price_rate_one_amount")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_price_rate_percent")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_price_rate_price")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_price_rate_company_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_price_rate_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_rate")),
        sa.UniqueConstraint("run_id", "kind", name=op.f("uq_price_rate_run_id")),
    )
    op.create_index("ix_price_rate_company_id", "price_rate", ["company_id"], unique=False)
    op.create_table(
        "run_concession",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["concession_kind.id"], name=op.f("fk_run_concession_kind_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_concession_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "kind_id", name=op.f("pk_run_concession")),
    )
    op.create_index("ix_run_concession_kind_id", "run_concession", ["kind_id"], unique=False)
    op.create_table(
        "price_reckoning",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("lines_without", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_price_reckoning_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_price_reckoning")),
    )
    op.create_table(
        "concession_claim",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "not_needed",
                "missing",
                "sent",
                "accepted",
                "refused",
                "charged",
                name="concessionstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_concession_claim_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["concession_kind.id"], name=op.f("fk_concession_claim_kind_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession_claim")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_concession_claim_enrolment_id")),
    )
    op.create_index("ix_concession_claim_kind_id", "concession_claim", ["kind_id"], unique=False)
    op.create_index("ix_concession_claim_state", "concession_claim", ["state"], unique=False)
    op.create_table(
        "concession_proof",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["concession_kind.id"], name=op.f("fk_concession_proof_kind_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_concession_proof_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession_proof")),
        sa.UniqueConstraint("person_id", "kind_id", name=op.f("uq_concession_proof_person_id")),
    )
    op.create_index("ix_concession_proof_kind_id", "concession_proof", ["kind_id"], unique=False)
    op.create_index("ix_concession_proof_valid_until", "concession_proof", ["valid_until"], unique=False)
    op.create_table(
        "proof_file",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["concession_claim.id"], name=op.f("fk_proof_file_claim_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_file")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_proof_file_claim_id")),
    )


def downgrade() -> None:
    for table in (
        "proof_file",
        "concession_proof",
        "concession_claim",
        "price_reckoning",
        "run_concession",
        "price_rate",
        "concession_kind",
    ):
        op.drop_table(table)
