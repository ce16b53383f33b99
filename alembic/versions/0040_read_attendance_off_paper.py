"""Read attendance off paper

People enter themselves by a code on the wall; printed lists know who stands in which row; photos and files of them are kept.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attendance_sheet",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=True),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "extras", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("units BETWEEN 1 AND 4", name=op.f("ck_attendance_sheet_units")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_attendance_sheet_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_sheet")),
        sa.UniqueConstraint("code", name=op.f("uq_attendance_sheet_code")),
    )
    op.create_index(op.f("ix_attendance_sheet_session_id"), "attendance_sheet", ["session_id"])
    op.create_table(
        "check_in_opening",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_check_in_opening_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_check_in_opening")),
    )
    op.create_table(
        "attendance_evidence",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("photo", "file", name="evidencekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "read",
                "unreadable",
                "confirmed",
                "set_aside",
                "kept",
                name="evidencestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("straight", sa.LargeBinary(), nullable=True),
        sa.Column("sheet_id", sa.Uuid(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column(
            "proposals", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "unknown", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_attendance_evidence_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["attendance_sheet.id"],
            name=op.f("fk_attendance_evidence_sheet_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_evidence")),
        sa.UniqueConstraint("session_id", "sha256", name=op.f("uq_attendance_evidence_session_id_sha256")),
    )
    op.create_index(op.f("ix_attendance_evidence_kept_until"), "attendance_evidence", ["kept_until"])
    op.create_index(op.f("ix_attendance_evidence_sheet_id"), "attendance_evidence", ["sheet_id"])
    op.create_table(
        "attendance_sheet_row",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_attendance_sheet_row_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["attendance_sheet.id"],
            name=op.f("fk_attendance_sheet_row_sheet_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sheet_id", "page", "place", name=op.f("pk_attendance_sheet_row")),
    )
    op.create_index(op.f("ix_attendance_sheet_row_enrolment_id"), "attendance_sheet_row", ["enrolment_id"])
    op.create_table(
        "check_in",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "way",
            sa.Enum("account", "name", "reference", "link", name="checkinway", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes_late >= 0", name=op.f("ck_check_in_minutes_late")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_check_in_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_check_in_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("session_id", "enrolment_id", name=op.f("uq_check_in_session_id_enrolment_id")),
    )
    op.create_index(op.f("ix_check_in_enrolment_id"), "check_in", ["enrolment_id"])
    op.create_table(
        "attendance_source",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("photo", "file", name="evidencekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_attendance_source_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["attendance_evidence.id"],
            name=op.f("fk_attendance_source_evidence_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_attendance_source_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "enrolment_id", name=op.f("pk_attendance_source")),
    )
    op.create_index(op.f("ix_attendance_source_enrolment_id"), "attendance_source", ["enrolment_id"])
    op.create_index(op.f("ix_attendance_source_evidence_id"), "attendance_source", ["evidence_id"])


def downgrade() -> None:
    op.drop_table("attendance_source")
    op.drop_table("check_in")
    op.drop_table("attendance_sheet_row")
    op.drop_table("attendance_evidence")
    op.drop_table("check_in_opening")
    op.drop_table("attendance_sheet")
