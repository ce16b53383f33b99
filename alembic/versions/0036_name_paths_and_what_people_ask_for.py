"""Name paths and what people ask for

Paths are several courses under one title; wishes are certificates that people ask the team for.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0036"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "path",
        sa.Column("title_de", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("outcome_de", sa.Text(), nullable=False),
        sa.Column("outcome_en", sa.Text(), nullable=False),
        sa.Column("choices_needed", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("choices_needed >= 0", name=op.f("ck_path_choices_needed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path")),
    )
    op.create_table(
        "path_module",
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_path_module_course_id")),
        sa.ForeignKeyConstraint(
            ["path_id"], ["path.id"], name=op.f("fk_path_module_path_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("path_id", "course_id", name=op.f("pk_path_module")),
    )
    op.create_index(op.f("ix_path_module_course_id"), "path_module", ["course_id"])
    op.create_table(
        "proof_wish",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("particulars", JSON, nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by", sa.Uuid(), nullable=True),
        sa.Column("declined_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proof_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_wish")),
    )
    op.create_index(op.f("ix_proof_wish_person_id"), "proof_wish", ["person_id"])
    op.create_index("ix_proof_wish_subject", "proof_wish", ["subject"])


def downgrade() -> None:
    for table in ("proof_wish", "path_module", "path"):
        op.drop_table(table)
