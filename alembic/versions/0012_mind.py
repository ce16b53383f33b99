"""Let people change their mind

A withdrawal is kept as it was declared, whether or not we know the contract. An enrolment knows in whose stead it came, and
in which words somebody asked us to begin before the period for withdrawing is over.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012_mind"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "enrolment": [
            sa.Column("follows_id", sa.Uuid(), nullable=True),
            sa.Column("early_start_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("early_start_wording", sa.Text(), nullable=False, server_default=""),
        ],
        "course": [
            sa.Column("withdrawal_reason_de", sa.String(), nullable=False, server_default=""),
            sa.Column("withdrawal_reason_en", sa.String(), nullable=False, server_default=""),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_enrolment_follows_id", "enrolment", ["follows_id"])
    op.create_table(
        "withdrawal",
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "open",
                "accepted",
                "declined",
                name="withdrawalstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column(
            "enrolment_ids",
            sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    op.create_index("ix_withdrawal_state", "withdrawal", ["state", "declared_at"])


def downgrade() -> None:
    op.drop_table("withdrawal")
    op.drop_index("ix_enrolment_follows_id", "enrolment")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
