"""Know the districts

The districts of the town with their inhabitants, and what somebody said of their gender when the statistics asked.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "district",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("inhabitants", sa.Integer(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("inhabitants IS NULL OR inhabitants > 0", name=op.f("ck_district_inhabitants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("name", name=op.f("uq_district_name")),
    )
    op.add_column(
        "person",
        sa.Column(
            "gender", sa.Enum("female", "male", "diverse", name="gender", native_enum=False, length=32)
        ),
    )


def downgrade() -> None:
    op.drop_column("person", "gender")
    op.drop_table("district")
