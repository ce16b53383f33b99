"""Keep the day at a help desk

Who advises today and at which table, since when somebody is being helped, what was counted of a visit while that can be taken
back, and the course that was made of a topic.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("serving_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.create_table(
        "desk_duty",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_desk_duty_adviser_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["help_desk.id"], name=op.f("fk_desk_duty_desk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_duty")),
        sa.UniqueConstraint("desk_id", "day", "adviser_id", name=op.f("uq_desk_duty_desk_id_day_adviser_id")),
    )
    op.create_index(op.f("ix_desk_duty_adviser_id"), "desk_duty", ["adviser_id"])
    op.create_table(
        "help_topic_course",
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_help_topic_course_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["help_topic.id"], name=op.f("fk_help_topic_course_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_topic_course")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_help_topic_course_topic_id")),
    )
    op.create_index(op.f("ix_help_topic_course_course_id"), "help_topic_course", ["course_id"])


def downgrade() -> None:
    op.drop_table("help_topic_course")
    op.drop_table("desk_duty")
    op.drop_column("ticket", "contact_id")
    op.drop_column("ticket", "serving_at")
