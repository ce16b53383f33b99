"""Take quizzes

Attempts with their answers, marks that a person gives, and more time for those who need it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0051"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STILL_OPEN = sa.text("submitted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("edition_lesson_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_clock", sa.Boolean(), nullable=False),
        sa.Column("points", sa.String(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_attempt_number")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_attempt_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["edition_lesson_id"],
            ["edition_lesson.id"],
            name=op.f("fk_attempt_edition_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", "number", name=op.f("uq_attempt_enrolment_id_lesson_id_number")
        ),
    )
    op.create_index(op.f("ix_attempt_lesson"), "attempt", ["lesson_id"])
    op.create_index(op.f("ix_attempt_edition_lesson_id"), "attempt", ["edition_lesson_id"])
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["enrolment_id", "lesson_id"],
        unique=True,
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )
    op.create_index(
        "ix_attempt_deadline", "attempt", ["deadline"], sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN
    )
    op.create_table(
        "attempt_answer",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_answer_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question", name=op.f("pk_attempt_answer")),
    )
    op.create_table(
        "hand_mark",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("points", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_hand_mark_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question", name=op.f("pk_hand_mark")),
    )
    op.create_table(
        "quiz_extension",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "extra_minutes >= 0 AND extra_attempts >= 0", name=op.f("ck_quiz_extension_extra")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_quiz_extension_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_extension")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", name=op.f("uq_quiz_extension_enrolment_id_lesson_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("quiz_extension")
    op.drop_table("hand_mark")
    op.drop_table("attempt_answer")
    op.drop_table("attempt")
