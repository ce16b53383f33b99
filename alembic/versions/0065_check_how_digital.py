"""Check how digital businesses are

The draft of the digital check, its editions, which never change, and the checks of businesses.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNCHANGING = {"check_edition": "an edition of the digital check keeps its words"}
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "check_draft",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_check_draft_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_draft")),
    )
    op.create_table(
        "check_edition",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_edition")),
        sa.UniqueConstraint("number", name=op.f("uq_check_edition_number")),
    )
    op.create_table(
        "digital_check",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("kept_at", MOMENT, nullable=True),
        sa.Column("shared_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_digital_check_company_id_company"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["check_edition.id"], name=op.f("fk_digital_check_edition_id_check_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digital_check")),
        sa.UniqueConstraint("code_key", name=op.f("uq_digital_check_code_key")),
    )
    op.create_index(op.f("ix_digital_check_edition_id"), "digital_check", ["edition_id"])
    op.create_index("ix_digital_check_company", "digital_check", ["company_id", "finished_at"])
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    op.drop_table("digital_check")
    op.drop_table("check_edition")
    op.drop_table("check_draft")
    forget_unchanged(UNCHANGING)
