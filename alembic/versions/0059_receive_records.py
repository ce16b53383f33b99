"""Receive records

Units of cmi5 are launched and report by xAPI: registrations, sessions, statements that nobody changes, documents.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
REFUSAL = "record_statement: statements are never changed"
"""Deleting is left to what deletes the learner's enrolment."""


def upgrade() -> None:
    op.create_table(
        "record_registration",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("satisfied_at", MOMENT, nullable=True),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_record_registration_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_record_registration_package_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_registration")),
        sa.UniqueConstraint(
            "enrolment_id",
            "lesson_id",
            "package_id",
            name=op.f("uq_record_registration_enrolment_id_lesson_id_package_id"),
        ),
    )
    op.create_index(op.f("ix_record_registration_package_id"), "record_registration", ["package_id"])
    op.create_table(
        "record_session",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("launched_at", MOMENT, nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=True),
        sa.Column("initialized_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("is_abandoned", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_registration("record_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_session")),
    )
    op.create_index("ix_record_session_registration_id", "record_session", ["registration_id"])
    op.create_table(
        "record_statement",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("is_defined", sa.Boolean(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_registration("record_statement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_statement")),
        sa.UniqueConstraint(
            "registration_id", "number", name=op.f("uq_record_statement_registration_id_number")
        ),
        sa.UniqueConstraint(
            "registration_id", "statement_id", name=op.f("uq_record_statement_registration_id_statement_id")
        ),
    )
    op.create_index(op.f("ix_record_statement_session_id"), "record_statement", ["session_id"])
    op.create_table(
        "record_document",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_registration("record_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_document")),
        sa.UniqueConstraint(
            "registration_id",
            "kind",
            "activity",
            "name",
            name=op.f("uq_record_document_registration_id_kind_activity_name"),
        ),
    )
    _let_nobody_change()


def _of_registration(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["registration_id"],
        ["record_registration.id"],
        name=op.f(f"fk_{table}_registration_id"),
        ondelete="CASCADE",
    )


def _let_nobody_change() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER guard_record_statement_update BEFORE UPDATE ON record_statement"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION guard_record_statement_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23514'; END $$"
    )
    op.execute(
        "CREATE TRIGGER guard_record_statement_unchanging BEFORE UPDATE ON record_statement"
        " FOR EACH ROW EXECUTE FUNCTION guard_record_statement_unchanging()"
    )


def downgrade() -> None:
    for table in ("record_document", "record_statement", "record_session", "record_registration"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_record_statement_unchanging()")
