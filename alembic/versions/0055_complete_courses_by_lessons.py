"""Complete courses by lessons, ask for courses before others, and look at distance learning

What a certificate asks of lessons and quizzes, which courses build on which, and what is known of a course that matters for
the approval as distance learning.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIST = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "course_prerequisite",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("course_id <> earlier_id", name=op.f("ck_course_prerequisite_another")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_prerequisite_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["course.id"], name=op.f("fk_course_prerequisite_earlier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "earlier_id", name=op.f("pk_course_prerequisite")),
    )
    op.create_index(op.f("ix_course_prerequisite_earlier_id"), "course_prerequisite", ["earlier_id"])
    op.create_table(
        "distance_fact",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("lessons", "certificate", name="factsource", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("recorded_minutes", sa.Integer(), nullable=False),
        sa.Column("self_study_minutes", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("recorded_minutes >= 0", name=op.f("ck_distance_fact_recorded")),
        sa.CheckConstraint("self_study_minutes >= 0", name=op.f("ck_distance_fact_self_study")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_distance_fact_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "source", name=op.f("pk_distance_fact")),
    )
    op.create_table(
        "distance_word",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_minutes", sa.Integer(), nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.Column("approval_number", sa.String(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("recorded_minutes >= 0", name=op.f("ck_distance_word_recorded")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_distance_word_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_distance_word")),
    )
    op.add_column("course_rule", sa.Column("lessons_percent", sa.Integer(), nullable=True))
    op.add_column("course_rule", sa.Column("quizzes", LIST, nullable=False, server_default=sa.text("'[]'")))
    op.add_column(
        "course_rule",
        sa.Column(
            "mix",
            sa.Enum("all", "either", name="mix", native_enum=False, length=32),
            nullable=False,
            server_default="all",
        ),
    )
    # courses whose certificate has an exam by now: success is checked there
    op.execute(
        "INSERT INTO distance_fact (course_id, source, recorded_minutes, self_study_minutes, unknown, is_checked)"
        " SELECT course_id, 'certificate', 0, 0, 0, true FROM course_rule"
        " WHERE CAST(kinds AS TEXT) LIKE '%\"examined\"%'"
    )


def downgrade() -> None:
    for name in ("mix", "quizzes", "lessons_percent"):
        op.execute(f"ALTER TABLE course_rule DROP COLUMN {name}")
    op.drop_table("distance_word")
    op.drop_table("distance_fact")
    op.drop_table("course_prerequisite")
