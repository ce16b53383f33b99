"""Keep registers by unit

How much before the end somebody left and which units they missed; who stood in the door; what somebody does not agree with;
what was changed afterwards; which entries of a device have arrived.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MARKED = ("attendance", "make_up")
IS_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    for table in MARKED:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN minutes_early INTEGER DEFAULT 0 NOT NULL"
            f" CONSTRAINT ck_{table}_minutes_early CHECK (minutes_early >= 0)"
        )
        op.add_column(table, sa.Column("missed_units", sa.String(), server_default="", nullable=False))
    op.create_table(
        "sent_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_session("sent_mark"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_mark")),
    )
    op.create_table(
        "walk_in",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("state", _one_of("open", "enrolled", "set_aside", name="walkinstate"), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_session("walk_in"),
        _of_enrolment("walk_in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in")),
    )
    op.create_table(
        "objection",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("state", _one_of("open", "corrected", "declined", name="objectionstate"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_session("objection"),
        _of_enrolment("objection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(
        "uq_objection_open",
        "objection",
        ["session_id", "enrolment_id"],
        unique=True,
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )
    op.create_table(
        "attendance_correction",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.Uuid(), nullable=True),
        sa.Column("before", _json(), nullable=False),
        sa.Column("after", _json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_session("attendance_correction"),
        _of_enrolment("attendance_correction"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
    )
    for table in ("sent_mark", "walk_in", "objection", "attendance_correction"):
        op.create_index(op.f(f"ix_{table}_session_id"), table, ["session_id"])
    for table in ("walk_in", "objection", "attendance_correction"):
        op.create_index(op.f(f"ix_{table}_enrolment_id"), table, ["enrolment_id"])


def downgrade() -> None:
    for table in ("attendance_correction", "objection", "walk_in", "sent_mark"):
        op.drop_table(table)
    for table in MARKED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN missed_units")
        op.execute(f"ALTER TABLE {table} DROP COLUMN minutes_early")


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_session_id_session")
    return sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=name, ondelete="CASCADE")


def _of_enrolment(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_enrolment_id_enrolment")
    return sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=name)


def _one_of(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def _json() -> sa.JSON:
    return sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
