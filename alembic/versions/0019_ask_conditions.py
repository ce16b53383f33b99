"""Ask conditions

What a run asks of those who want a place, its own questions and their answers, the team's approval, and deadlines that
follow the dates.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SHOWN = ("run_condition", "run_question")
"""What the page of a course shows of them: its copies must know when they have changed."""
MOMENTS = ("INSERT", "UPDATE", "DELETE")
DAYS_ON_SQLITE = "CAST(ROUND(julianday(starts_at) - julianday(enrolment_closes_at)) AS INTEGER)"
DAYS_ON_POSTGRESQL = "ROUND(EXTRACT(EPOCH FROM starts_at - enrolment_closes_at) / 86400)"


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "run": [
            sa.Column("opens_days_before", sa.Integer(), nullable=True),
            sa.Column("closes_days_before", sa.Integer(), nullable=True),
            sa.Column("promotion_session", sa.Integer(), nullable=True),
            sa.Column(
                "cancel_from",
                sa.Enum("start", "closing", "day", name="cancelfrom", native_enum=False, length=32),
                nullable=False,
                server_default="start",
            ),
            sa.Column("cancel_free_until", sa.Date(), nullable=True),
            sa.Column("has_conditions", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "enrolment": [
            sa.Column(
                "approval",
                sa.Enum("later", "asked", "given", "refused", name="approval", native_enum=False, length=32),
                nullable=True,
            ),
            sa.Column("refusal", sa.Text(), nullable=False, server_default=""),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_enrolment_approval", "enrolment", ["approval"], unique=False)
    _follow_dates()
    json = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "run_condition",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("residence", json, nullable=False),
        sa.Column("declaration_de", sa.Text(), nullable=False),
        sa.Column("declaration_en", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("code_seal", sa.String(), nullable=False),
        sa.Column("code_salt", sa.Uuid(), nullable=True),
        sa.Column(
            "approval",
            sa.Enum("none", "asks", "holds", name="approvalmode", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name=op.f("ck_run_condition_ages")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_condition_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_run_condition_course_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_condition")),
    )
    op.create_index("ix_run_condition_course_id", "run_condition", ["course_id"], unique=False)
    op.create_table(
        "run_question",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("text", "yes_no", "one", "several", name="questionkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("wording_de", sa.Text(), nullable=False),
        sa.Column("wording_en", sa.Text(), nullable=False),
        sa.Column("choices", json, nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("depends_on_id", sa.Uuid(), nullable=True),
        sa.Column("depends_on", sa.String(), nullable=False),
        sa.Column("for_trainers", sa.Boolean(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kept_days >= 0", name=op.f("ck_run_question_kept")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_question_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["depends_on_id"],
            ["run_question.id"],
            name=op.f("fk_run_question_depends_on_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_question")),
    )
    op.create_index("ix_run_question_run_id", "run_question", ["run_id"], unique=False)
    op.create_index("ix_run_question_depends_on_id", "run_question", ["depends_on_id"], unique=False)
    op.create_table(
        "question_answer",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("values", json, nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_question_answer_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["run_question.id"],
            name=op.f("fk_question_answer_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint("enrolment_id", "question_id", name=op.f("uq_question_answer_enrolment_id_question_id")),
    )  # fmt: skip
    op.create_index("ix_question_answer_question_id", "question_answer", ["question_id"], unique=False)
    op.create_table(
        "admission",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_admission_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_admission")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in SHOWN:
        for moment in MOMENTS:
            head = f"CREATE TRIGGER guard_change_{table}_{moment.lower()} AFTER {moment} ON {table} "
            op.execute(
                head
                + (
                    "BEGIN UPDATE catalogue_change SET amount = amount + 1 WHERE name = 'programme'; END"
                    if is_sqlite
                    else "FOR EACH STATEMENT EXECUTE FUNCTION guard_change_programme()"
                )
            )


def downgrade() -> None:
    for table in ("admission", "question_answer", "run_question", "run_condition"):
        op.drop_table(table)  # its triggers go with it
    # whoever waited for the team's approval had no certain place, and nobody could give one any more
    op.execute("UPDATE enrolment SET state = 'cancelled' WHERE approval = 'asked'")
    op.drop_index("ix_enrolment_approval", table_name="enrolment")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")


def _follow_dates() -> None:
    """Runs that were planned here counted the end of enrolment back from their start; from now on it follows."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    days = DAYS_ON_SQLITE if is_sqlite else DAYS_ON_POSTGRESQL
    op.execute(
        f"UPDATE run SET closes_days_before = {days}, promotion_session = 1"
        " WHERE source IS NULL AND starts_at IS NOT NULL AND enrolment_closes_at IS NOT NULL"
    )
