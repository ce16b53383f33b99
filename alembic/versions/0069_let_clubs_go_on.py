"""Let clubs go on

The rule by which a run without fixed end makes its dates ahead, and whoever leaves a club at the end of a month.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("is_open_ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "club_rule",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("made_until", sa.Date(), nullable=False),
        sa.Column("interval_weeks", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_club_rule_weekday")),
        sa.CheckConstraint("interval_weeks BETWEEN 1 AND 4", name=op.f("ck_club_rule_interval")),
        sa.CheckConstraint(
            "begins >= 0 AND minutes > 0 AND begins + minutes <= 1440", name=op.f("ck_club_rule_time")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_club_rule_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_club_rule_room_id_room")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_club_rule")),
    )
    op.create_table(
        "planned_leaving",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_planned_leaving_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_planned_leaving")),
    )
    op.create_index(op.f("ix_planned_leaving_leaves_on"), "planned_leaving", ["leaves_on"])
    op.create_table(
        "club_letter",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_club_letter_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "month", name=op.f("pk_club_letter")),
    )
    op.create_table(
        "absence_word",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_absence_word_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["person.id"], name=op.f("fk_absence_word_guardian_id_person")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "guardian_id", name=op.f("pk_absence_word")),
    )
    op.create_index(op.f("ix_absence_word_guardian_id"), "absence_word", ["guardian_id"])


def downgrade() -> None:
    op.drop_table("absence_word")
    op.drop_table("club_letter")
    op.drop_table("planned_leaving")
    op.drop_table("club_rule")
    op.drop_column("run", "is_open_ended")
