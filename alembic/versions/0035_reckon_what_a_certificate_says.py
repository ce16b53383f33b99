"""Reckon what a certificate says

Rules of a course, of a run and of who pays for it; results of exams; sessions made up in a parallel run.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "funding_programme",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("threshold_percent", sa.Integer(), nullable=True),
        sa.Column(
            "excused",
            sa.Enum("missed", "left_out", name="excused", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "threshold_percent BETWEEN 1 AND 100", name=op.f("ck_funding_programme_threshold")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_programme")),
        sa.UniqueConstraint("name", name=op.f("uq_funding_programme_name")),
    )
    op.create_table(
        "course_rule",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("exam_de", sa.String(), nullable=False),
        sa.Column("exam_en", sa.String(), nullable=False),
        sa.Column(
            "excused",
            sa.Enum("missed", "left_out", name="excused", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("leave_text_de", sa.Text(), nullable=False),
        sa.Column("leave_text_en", sa.Text(), nullable=False),
        sa.Column("leave_number", sa.String(), nullable=False),
        sa.Column("leave_recognised_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_rule_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_rule")),
        sa.UniqueConstraint("course_id", name=op.f("uq_course_rule_course_id")),
    )
    op.create_table(
        "run_rule",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("threshold_percent", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("threshold_percent BETWEEN 1 AND 100", name=op.f("ck_run_rule_threshold")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["funding_programme.id"], name=op.f("fk_run_rule_programme_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_rule_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_rule")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_rule_run_id")),
    )
    op.create_index(op.f("ix_run_rule_programme_id"), "run_rule", ["programme_id"], unique=False)

    op.create_table(
        "exam_result",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("passed", "failed", "absent", name="examoutcome", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("out_of > 0", name=op.f("ck_exam_result_out_of")),
        sa.CheckConstraint("points >= 0 AND points <= out_of", name=op.f("ck_exam_result_points")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_exam_result_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_result")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_exam_result_enrolment_id")),
    )
    op.create_table(
        "make_up",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("missed_session_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column(
            "presence",
            sa.Enum("present", "late", "excused", "absent", name="presence", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes_late >= 0", name=op.f("ck_make_up_minutes_late")),
        sa.CheckConstraint("missed_session_id <> session_id", name=op.f("ck_make_up_another_session")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_make_up_enrolment_id")),
        sa.ForeignKeyConstraint(
            ["missed_session_id"],
            ["session.id"],
            name=op.f("fk_make_up_missed_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_make_up_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_make_up")),
    )
    op.create_index(op.f("ix_make_up_missed_session_id"), "make_up", ["missed_session_id"], unique=False)
    op.create_index(op.f("ix_make_up_session_id"), "make_up", ["session_id"], unique=False)
    op.create_index(
        "uq_make_up_missed",
        "make_up",
        ["enrolment_id", "missed_session_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_make_up_visited",
        "make_up",
        ["enrolment_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("make_up", "exam_result", "run_rule", "course_rule", "funding_programme"):
        op.drop_table(table)
