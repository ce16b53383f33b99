"""Keep funders' answers apart

Which line asks participants what, who was asked, and what was answered under a number that leads to nobody.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
UNCHANGING = {"funder_questions": "questions_are_kept"}


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


STATE = ("asked", "answered", "declined", "double")


def upgrade() -> None:
    op.create_table(
        "funder_survey",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("from_minutes", sa.Integer(), nullable=False),
        sa.Column("kept_years", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_minutes > 0", name=op.f("ck_funder_survey_minutes")),
        sa.CheckConstraint("kept_years BETWEEN 1 AND 30", name=op.f("ck_funder_survey_kept")),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funder_survey_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_funder_survey")),
    )
    op.create_table(
        "funder_questions",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("consent_de", sa.Text(), nullable=False),
        sa.Column("consent_en", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funder_questions_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder_questions")),
        sa.UniqueConstraint("line_id", "version", name=op.f("uq_funder_questions_line_id_version")),
    )
    op.create_table(
        "funder_asking",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("entry", _kind("askstate", *STATE), nullable=False),
        sa.Column("exit", _kind("askstate", *STATE), nullable=True),
        sa.Column("exit_until", sa.Date(), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funder_asking_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_funder_asking_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder_asking")),
        sa.UniqueConstraint("line_id", "person_id", name=op.f("uq_funder_asking_line_id_person_id")),
    )
    op.create_index("ix_funder_asking_person_id", "funder_asking", ["person_id"])
    op.create_table(
        "funder_answer",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("stage", _kind("stage", "entry", "exit"), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("questions_version", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("namesake", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funder_answer_line_id")),
        sa.PrimaryKeyConstraint("number", "stage", name=op.f("pk_funder_answer")),
        sa.UniqueConstraint(
            "line_id", "stage", "likeness", "namesake", name=op.f("uq_funder_answer_line_id_stage_likeness_namesake")
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_funder_answer_line_id", "funder_answer", ["line_id"])
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in ("funder_answer", "funder_asking", "funder_questions", "funder_survey"):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
