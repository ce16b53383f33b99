"""Export by the calendar

Tables that are made once for each period, for whom, and what came of it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0079"
down_revision: str | None = "0078"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "export_plan",
        sa.Column("what", _kind("exportwhat", "figures", "vhs"), nullable=False),
        sa.Column("every", _kind("every", "month", "quarter", "year"), nullable=False),
        sa.Column("format", _kind("exportformat", "xlsx", "csv"), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("to_folder", sa.Boolean(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_plan")),
    )
    op.create_table(
        "export_recipient",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_export_recipient_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["export_plan.id"], name=op.f("fk_export_recipient_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "account_id", name=op.f("pk_export_recipient")),
    )
    op.create_index("ix_export_recipient_account_id", "export_recipient", ["account_id"])
    op.create_table(
        "export_run",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", _kind("exportrunstate", "waiting", "done", "failed"), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["export_plan.id"], name=op.f("fk_export_run_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
        sa.UniqueConstraint("plan_id", "first_day", name=op.f("uq_export_run_plan_id")),
    )


def downgrade() -> None:
    op.drop_table("export_run")
    op.drop_table("export_recipient")
    op.drop_table("export_plan")
