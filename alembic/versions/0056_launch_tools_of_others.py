"""Launch tools of others

Tools that lessons open by LTI 1.3, our keys, and what the tools report.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lti_tool",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("login_address", sa.Text(), nullable=False),
        sa.Column(
            "launch_addresses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("shares_name", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_tool")),
        sa.UniqueConstraint("client_id", name=op.f("uq_lti_tool_client_id")),
    )
    op.create_table(
        "platform_key",
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("public", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_key")),
    )
    op.create_table(
        "tool_result",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("tool_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("permille", sa.Integer(), nullable=True),
        sa.Column("is_completed", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("permille BETWEEN 0 AND 10000", name=op.f("ck_tool_result_permille")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_tool_result_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["lti_tool.id"], name=op.f("fk_tool_result_tool_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_result")),
        sa.UniqueConstraint("enrolment_id", "lesson_id", name=op.f("uq_tool_result_enrolment_id_lesson_id")),
    )
    op.create_table(
        "tool_user",
        sa.Column("tool_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_tool_user_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["lti_tool.id"], name=op.f("fk_tool_user_tool_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_user")),
        sa.UniqueConstraint("tool_id", "enrolment_id", name=op.f("uq_tool_user_tool_id_enrolment_id")),
    )
    op.create_index("ix_tool_result_tool_id", "tool_result", ["tool_id"])
    op.create_index("ix_tool_user_enrolment", "tool_user", ["enrolment_id"])


def downgrade() -> None:
    op.drop_table("tool_user")
    op.drop_table("tool_result")
    op.drop_table("platform_key")
    op.drop_table("lti_tool")
