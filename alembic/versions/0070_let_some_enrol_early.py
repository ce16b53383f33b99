"""Let some enrol early

Rights to enrol in a run before everybody else, and for how many days after publishing they alone hold.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0070"
down_revision: str | None = "0069"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("early_days", sa.Integer()))
    op.create_table(
        "early_booking",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("places BETWEEN 1 AND 12", name=op.f("ck_early_booking_places")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_early_booking_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_early_booking_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_booking")),
        sa.UniqueConstraint("run_id", "source_id", name=op.f("uq_early_booking_run_id")),
        sa.UniqueConstraint("order_id", name=op.f("uq_early_booking_order_id")),
    )
    op.create_index(op.f("ix_early_booking_person_id"), "early_booking", ["person_id"])


def downgrade() -> None:
    op.drop_table("early_booking")
    op.drop_column("run", "early_days")
