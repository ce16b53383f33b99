"""Come to single sessions"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "enrolment": [
            sa.Column("is_drop_in", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "run": [
            sa.Column("drop_in_places", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("drop_in_price_cents", sa.Integer(), nullable=False, server_default="0"),
        ],
        "session": [
            sa.Column("drop_ins", sa.Integer(), nullable=False, server_default="0"),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "enrolment_session",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_session_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_enrolment_session_session_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "session_id", name=op.f("pk_enrolment_session")),
    )
    op.create_index("ix_enrolment_session_session_id", "enrolment_session", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("enrolment_session")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
