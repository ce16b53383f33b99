"""Meet in our own rooms

Rooms of our own video conference: that they were made, what the server reports of them, who was there from when to when.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
NAMES = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "meeting_room",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("create_time", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _of_session("meeting_room"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_meeting_room")),
    )
    op.create_table(
        "meeting_report",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("others", NAMES, nullable=False),
        _of_session("meeting_report"),
        sa.PrimaryKeyConstraint("session_id", "room", name=op.f("pk_meeting_report")),
    )
    op.create_table(
        "meeting_stay",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=False),
        sa.CheckConstraint("joined_at < left_at", name=op.f("ck_meeting_stay_period")),
        _of_session("meeting_stay"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_meeting_stay_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "session_id", "room", "enrolment_id", "joined_at", name=op.f("pk_meeting_stay")
        ),
    )
    op.create_index(op.f("ix_meeting_stay_enrolment_id"), "meeting_stay", ["enrolment_id"])


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"], ["session.id"], name=op.f(f"fk_{table}_session_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    for table in ("meeting_stay", "meeting_report", "meeting_room"):
        op.drop_table(table)
