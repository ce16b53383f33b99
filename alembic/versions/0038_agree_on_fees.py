"""Agree on fees

What a unit of teaching is paid with: by qualification from a day on, and as agreed for one run.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fee_rate",
        sa.Column("qualification", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), nullable=False),
        sa.Column("substitution_cents", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("unit_cents >= 0 AND travel_cents >= 0", name=op.f("ck_fee_rate_cents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_rate")),
        sa.UniqueConstraint("qualification", "valid_from", name=op.f("uq_fee_rate_qualification_valid_from")),
    )
    op.create_table(
        "run_fee",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("unit_cents >= 0 AND travel_cents >= 0", name=op.f("ck_run_fee_cents")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_run_fee_person_id_person")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_fee_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "person_id", name=op.f("pk_run_fee")),
    )
    op.create_index(op.f("ix_run_fee_person_id"), "run_fee", ["person_id"])


def downgrade() -> None:
    op.drop_table("run_fee")
    op.drop_table("fee_rate")
