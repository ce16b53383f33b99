"""Count for the national statistics

In which programme area a course is counted, what the team knows better of a run than its sessions say, and why a finding of the
checks is right as it is. What was said stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEPT = {"statistics_reason": "history_is_kept"}
MOMENT = sa.DateTime(timezone=True)


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "course_statistics",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area",
            _kind("programmearea", "society", "culture", "health", "languages", "work", "school", "basics"),
            nullable=False,
        ),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_statistics_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_statistics")),
    )
    op.create_table(
        "event_statistics",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column(
            "kind", _kind("eventkind", "course", "seminar", "single", "trip", "exhibition"), nullable=True
        ),
        sa.Column("scenario", _kind("scenario", "on_site", "online", "alternating", "hybrid"), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "participants IS NULL OR participants >= 0", name=op.f("ck_event_statistics_participants")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_event_statistics_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_event_statistics")),
    )
    op.create_table(
        "statistics_reason",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("said_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_reason")),
        sa.UniqueConstraint("year", "check", "subject", "mark", name=op.f("uq_statistics_reason_year")),
    )
    keep_unchanged(KEPT)


def downgrade() -> None:
    op.drop_table("statistics_reason")
    op.drop_table("event_statistics")
    op.drop_table("course_statistics")
    forget_unchanged(KEPT)
