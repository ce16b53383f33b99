"""Keep which other runs somebody who waits would also take (F-E16)"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "run_choice",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 2", name=op.f("ck_run_choice_rank")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_run_choice_party_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_choice_run_id")),
        sa.PrimaryKeyConstraint("party_id", "rank", name=op.f("pk_run_choice")),
        sa.UniqueConstraint("party_id", "run_id", name=op.f("uq_run_choice_party_id_run_id")),
    )
    op.create_index("ix_run_choice_run_id", "run_choice", ["run_id"])


def downgrade() -> None:
    op.drop_table("run_choice")
