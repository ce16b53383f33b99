"""Bring material in

Files of other systems on their way into the lessons of a course.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STATES = ("waiting", "reading", "ready", "taking", "taken", "refused", "dropped")


def upgrade() -> None:
    op.create_table(
        "intake",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state", sa.Enum(*STATES, name="intakestate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("chapters", FACTS, nullable=False),
        sa.Column("remarks", FACTS, nullable=False),
        sa.Column("left_out", FACTS, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("trouble_place", sa.Text(), nullable=False),
        sa.Column("trouble_params", FACTS, nullable=False),
        sa.Column("brought", FACTS, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size >= 0 AND percent BETWEEN 0 AND 100", name=op.f("ck_intake_numbers")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_intake_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    op.create_index("ix_intake_course", "intake", ["course_id", "received_at"])


def downgrade() -> None:
    op.drop_table("intake")
