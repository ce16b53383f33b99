"""Hand out certificates

Files in which issued certificates leave the house together: who took which along, and when. The file itself lies in pieces
and is deleted after a day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "hand_out",
        sa.Column("kind", _word("handoutkind", "archive", "print"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", FACTS, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sorted_by", _word("printorder", "name", "run", "place", "delivery"), nullable=False),
        sa.Column("separators", _word("separators", "none", "run", "person"), nullable=False),
        sa.Column("only_post", sa.Boolean(), nullable=False),
        sa.Column("state", _word("handoutstate", "preparing", "ready", "failed", "gone"), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_out")),
    )
    op.create_index("ix_hand_out_made", "hand_out", ["made_at"])
    op.create_table(
        "hand_out_part",
        sa.Column("hand_out_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hand_out_id"],
            ["hand_out.id"],
            name=op.f("fk_hand_out_part_hand_out_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hand_out_id", "number", name=op.f("pk_hand_out_part")),
    )


def downgrade() -> None:
    op.drop_table("hand_out_part")
    op.drop_table("hand_out")
