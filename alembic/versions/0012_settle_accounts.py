"""Settle accounts

What is to be paid back or collected is a request with its reason; one enrolment has one open at most. The enrolments of one
order keep the order in which the persons were named: their ids are random. A form may hold places for several persons.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = sa.text("state = 'open'")
CAUSES = (
    "cancelled", "withdrawn", "goodwill", "transferred", "substituted", "small_group", "repriced", "released",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("application", sa.Column("held_places", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "settlement",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cause", sa.Enum(*CAUSES, name="settlementcause", native_enum=False, length=32), nullable=False
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column(
            "lines", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "settled", "overtaken", name="settlementstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index("ix_settlement_enrolment_id", "settlement", ["enrolment_id"])
    op.create_index("ix_settlement_state", "settlement", ["state", "requested_at"])
    op.create_index(
        "uq_settlement_open",
        "settlement",
        ["enrolment_id"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("settlement")
    op.execute("ALTER TABLE application DROP COLUMN held_places")
    op.execute("ALTER TABLE enrolment DROP COLUMN rank")
