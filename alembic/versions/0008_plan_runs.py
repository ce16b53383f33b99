"""Plan runs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "run_trainer": [
            sa.Column(
                "answer",
                sa.Enum(
                    "unasked", "asked", "accepted", "declined", name="answer", native_enum=False, length=32
                ),
                nullable=False,
                server_default="unasked",
            ),
            sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("answer_note", sa.Text(), nullable=False, server_default=""),
        ],
        "session": [
            sa.Column("replaces_id", sa.Uuid(), nullable=True),
            sa.Column("cancelled_reason", sa.Text(), nullable=False, server_default=""),
        ],
        "skipped_date": [
            sa.Column(
                "cause",
                sa.Enum("holiday", "clash", "wish", name="skipcause", native_enum=False, length=32),
                nullable=False,
                server_default="holiday",
            ),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "course_pattern",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column(
            "equipment", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("hearing_loop", sa.Boolean(), nullable=False),
        sa.Column("note_de", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_pattern_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_pattern")),
    )
    op.create_table(
        "course_need",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("kit_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(model_id IS NULL) <> (kit_id IS NULL)", name=op.f("ck_course_need_one_thing")),
        sa.CheckConstraint("count > 0", name=op.f("ck_course_need_count")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_need_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_course_need_kit_id")),
        sa.ForeignKeyConstraint(["model_id"], ["device_model.id"], name=op.f("fk_course_need_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_need")),
    )
    op.create_index("ix_course_need_course_id", "course_need", ["course_id"], unique=False)
    op.create_table(
        "run_preparation",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("federal_state", sa.String(), nullable=False),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column(
            "equipment", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("hearing_loop", sa.Boolean(), nullable=False),
        sa.Column(
            "proof",
            sa.Enum(
                "none", "asked", "corrected", "released", name="proofstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("proof_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_by", sa.Uuid(), nullable=True),
        sa.Column("proof_note", sa.Text(), nullable=False),
        sa.Column("proof_summary", sa.Text(), nullable=False),
        sa.Column("proof_text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_preparation_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_preparation")),
    )
    op.create_table(
        "run_need",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("kit_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(model_id IS NULL) <> (kit_id IS NULL)", name=op.f("ck_run_need_one_thing")),
        sa.CheckConstraint("count > 0", name=op.f("ck_run_need_count")),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_run_need_kit_id")),
        sa.ForeignKeyConstraint(["model_id"], ["device_model.id"], name=op.f("fk_run_need_model_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_need_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_need")),
    )
    op.create_index("ix_run_need_run_id", "run_need", ["run_id"], unique=False)
    op.create_table(
        "run_task",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_task_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_task")),
    )
    op.create_index("ix_run_task_run_id", "run_task", ["run_id"], unique=False)
    op.create_table(
        "task_pattern",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_pattern")),
    )
    op.create_table(
        "substitution",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "settled", "withdrawn", name="substitutionstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["absent_id"], ["person.id"], name=op.f("fk_substitution_absent_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_substitution_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"], name=op.f("fk_substitution_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index("ix_substitution_absent_id", "substitution", ["absent_id"], unique=False)
    op.create_index("ix_substitution_session", "substitution", ["session_id", "state"], unique=False)
    op.create_table(
        "substitute_offer",
        sa.Column("substitution_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "withdrawn",
                name="substituteofferstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_substitute_offer_person_id")),
        sa.ForeignKeyConstraint(
            ["substitution_id"],
            ["substitution.id"],
            name=op.f("fk_substitute_offer_substitution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_offer")),
        sa.UniqueConstraint(
            "substitution_id", "person_id", name=op.f("uq_substitute_offer_substitution_id_person_id")
        ),
    )
    op.create_index("ix_substitute_offer_person_id", "substitute_offer", ["person_id"], unique=False)
    op.create_table(
        "copy_batch",
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shift_days", sa.Integer(), nullable=False),
        sa.Column(
            "kept", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_batch")),
    )
    op.create_table(
        "copy_item",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column(
            "without", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("waiting", "copied", "left_out", name="copystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "reasons", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["copy_batch.id"], name=op.f("fk_copy_item_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["run.id"], name=op.f("fk_copy_item_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_item")),
        sa.UniqueConstraint("batch_id", "source_id", name=op.f("uq_copy_item_batch_id_source_id")),
    )
    op.create_index("ix_copy_item_source_id", "copy_item", ["source_id"], unique=False)


def downgrade() -> None:
    op.drop_table("copy_item")
    op.drop_table("copy_batch")
    op.drop_table("substitute_offer")
    op.drop_table("substitution")
    op.drop_table("task_pattern")
    op.drop_table("run_task")
    op.drop_table("run_need")
    op.drop_table("run_preparation")
    op.drop_table("course_need")
    op.drop_table("course_pattern")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
