"""Ask after the first session

Surveys know after which session they ask, so that a run can be asked about twice; and what was changed because of what
people said is kept beside the course.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0077"
down_revision: str | None = "0074"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OCCASION = sa.Enum("first_session", "last_session", name="occasion", native_enum=False, length=32)
FOR_ALL = sa.text("for_all")
LAST = "last_session"


def upgrade() -> None:
    for table in ("questionnaire", "questionnaire_course", "survey"):
        op.add_column(table, sa.Column("occasion", OCCASION, nullable=False, server_default=LAST))
    op.drop_index("uq_questionnaire_for_all", "questionnaire")
    _one_for_all("occasion")
    _key("questionnaire_course", ["course_id", "occasion"])
    with op.batch_alter_table("survey") as survey:
        survey.drop_constraint("uq_survey_run_id", type_="unique")
        survey.create_unique_constraint("uq_survey_run_id_occasion", ["run_id", "occasion"])
    _key("survey_mark", ["enrolment_id", "survey_id"])
    for table in ("questionnaire", "questionnaire_course", "survey"):
        with op.batch_alter_table(table) as changed:
            changed.alter_column(
                "occasion", server_default=None, existing_type=OCCASION, existing_nullable=False
            )
    op.create_table(
        "feedback_change",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("said_de", sa.Text(), nullable=False),
        sa.Column("changed_de", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_en", sa.Text(), nullable=False),
        sa.Column("changed_en", sa.Text(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_feedback_change_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_feedback_change_survey_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_change")),
    )
    op.create_index("ix_feedback_change_course", "feedback_change", ["course_id", "published_at"])
    op.create_index("ix_feedback_change_survey_id", "feedback_change", ["survey_id"])


def downgrade() -> None:
    op.drop_table("feedback_change")
    op.execute("DELETE FROM survey WHERE occasion = 'first_session'")
    op.execute("DELETE FROM survey_mark WHERE survey_id NOT IN (SELECT id FROM survey)")
    op.execute("DELETE FROM survey_box WHERE survey_id NOT IN (SELECT id FROM survey)")
    op.execute("DELETE FROM survey_trainer WHERE survey_id NOT IN (SELECT id FROM survey)")
    op.execute("DELETE FROM questionnaire_course WHERE occasion = 'first_session'")
    op.execute("DELETE FROM questionnaire WHERE occasion = 'first_session'")
    _key("survey_mark", ["enrolment_id"])
    with op.batch_alter_table("survey") as survey:
        survey.drop_constraint("uq_survey_run_id_occasion", type_="unique")
        survey.create_unique_constraint("uq_survey_run_id", ["run_id"])
    _key("questionnaire_course", ["course_id"])
    op.drop_index("uq_questionnaire_for_all", "questionnaire")
    _one_for_all("for_all")
    for table in ("survey", "questionnaire_course", "questionnaire"):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("occasion")


def _key(table: str, columns: list[str]) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(f"pk_{table}", type_="primary")
        changed.create_primary_key(f"pk_{table}", columns)


def _one_for_all(column: str) -> None:
    op.create_index(
        "uq_questionnaire_for_all", "questionnaire", [column], unique=True,
        postgresql_where=FOR_ALL, sqlite_where=FOR_ALL,
    )  # fmt: skip
