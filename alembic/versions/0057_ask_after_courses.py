"""Ask after courses

Questionnaires, the surveys of runs with their boxes, and which places have answered.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("survey_mark", "survey_trainer", "survey_box", "survey", "questionnaire_course", "questionnaire")


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
    )
    op.create_index(
        "uq_questionnaire_for_all",
        "questionnaire",
        ["for_all"],
        unique=True,
        postgresql_where=sa.text("for_all"),
        sqlite_where=sa.text("for_all"),
    )
    op.create_table(
        "questionnaire_course",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_questionnaire_course_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_questionnaire_course_questionnaire_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_questionnaire_course")),
    )
    op.create_index("ix_questionnaire_course_questionnaire_id", "questionnaire_course", ["questionnaire_id"])
    op.create_table(
        "survey",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=True),
        sa.Column("questionnaire_version", sa.Integer(), nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("paper_due", sa.Integer(), nullable=False),
        sa.Column("typed", JSON, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("paper_due >= 0", name=op.f("ck_survey_paper_due")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_survey_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_survey_questionnaire_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_survey_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("run_id", name=op.f("uq_survey_run_id")),
    )
    op.create_index("ix_survey_course_id", "survey", ["course_id"])
    op.create_index("ix_survey_questionnaire_id", "survey", ["questionnaire_id"])
    op.create_index("ix_survey_unit_id", "survey", ["unit_id"])
    op.create_index("ix_survey_waiting", "survey", ["closed_at", "unit_id"])
    op.create_table(
        "survey_box",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("tallies", JSON, nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_box_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_box")),
    )
    op.create_table(
        "survey_trainer",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_survey_trainer_person_id")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_trainer_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name=op.f("pk_survey_trainer")),
    )
    op.create_index("ix_survey_trainer_person_id", "survey_trainer", ["person_id"])
    op.create_table(
        "survey_mark",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_survey_mark_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_mark_survey_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_survey_mark")),
    )
    op.create_index("ix_survey_mark_survey_id", "survey_mark", ["survey_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
