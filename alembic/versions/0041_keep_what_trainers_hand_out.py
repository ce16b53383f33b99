"""Keep what trainers hand out, write and propose

Materials with their files, messages to the group with answers, reports from sessions, notes, proposals, public pages.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "message_pattern",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_pattern_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_pattern")),
    )
    op.create_index(op.f("ix_message_pattern_person_id"), "message_pattern", ["person_id"])

    op.create_table(
        "trainer_page",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "topics", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trainer_page_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_trainer_page")),
    )
    op.create_table(
        "trainer_portrait",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trainer_portrait_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_trainer_portrait")),
    )
    op.create_table(
        "course_proposal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("dates", sa.Text(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=True),
        sa.Column("materials", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "question",
                "accepted",
                "declined",
                "withdrawn",
                name="proposalstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "sessions > 0 AND minutes > 0 AND minimum > 0 AND maximum >= minimum",
            name=op.f("ck_course_proposal_numbers"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_proposal_course_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_proposal_person_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_course_proposal_run_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_proposal")),
    )
    op.create_index("ix_course_proposal_person", "course_proposal", ["person_id", "changed_at"])
    op.create_index("ix_course_proposal_state", "course_proposal", ["state", "submitted_at"])

    op.create_table(
        "group_message",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "all", "absent", "waiting", "one", "guardians", name="audience", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_group_message_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["person.id"], name=op.f("fk_group_message_sender_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_group_message_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_message")),
    )
    op.create_index("ix_group_message_run", "group_message", ["run_id", "sent_at"])
    op.create_index("ix_group_message_sender", "group_message", ["sender_id", "sent_at"])

    op.create_table(
        "material",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("file", "link", "note", name="materialkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "shown_from",
            sa.Enum("at_once", "moment", "session", name="shownfrom", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "shown_until",
            sa.Enum("always", "moment", "after_run", name="shownuntil", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days_after", sa.Integer(), nullable=False),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'file') = (stored <> '')", name=op.f("ck_material_stored")),
        sa.CheckConstraint("size >= 0 AND days_after >= 0", name=op.f("ck_material_numbers")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_material_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_material_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    op.create_index(op.f("ix_material_deleted_at"), "material", ["deleted_at"])
    op.create_index("ix_material_run", "material", ["run_id", "position"])
    op.create_index(op.f("ix_material_session_id"), "material", ["session_id"])
    op.create_index(op.f("ix_material_stored"), "material", ["stored"])

    op.create_table(
        "proposal_word",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "question",
                "accepted",
                "declined",
                "withdrawn",
                name="proposalstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_team", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["course_proposal.id"],
            name=op.f("fk_proposal_word_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_word")),
    )
    op.create_index("ix_proposal_word_proposal", "proposal_word", ["proposal_id", "said_at"])

    op.create_table(
        "session_note",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_session_note_author_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_note_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_note")),
    )
    op.create_index(op.f("ix_session_note_author_id"), "session_note", ["author_id"])
    op.create_index(op.f("ix_session_note_session_id"), "session_note", ["session_id"])

    op.create_table(
        "session_report",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("room", "devices", "other", "drops_out", name="reportkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("has_picture", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_session_report_reporter_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_report_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_report")),
    )
    op.create_index("ix_session_report_open", "session_report", ["answered_at", "reported_at"])
    op.create_index(op.f("ix_session_report_reporter_id"), "session_report", ["reporter_id"])
    op.create_index(op.f("ix_session_report_session_id"), "session_report", ["session_id"])

    op.create_table(
        "message_reader",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_copy", sa.Boolean(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_message_reader_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["group_message.id"],
            name=op.f("fk_message_reader_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_reader_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reader")),
        sa.UniqueConstraint(
            "message_id",
            "person_id",
            "enrolment_id",
            name=op.f("uq_message_reader_message_id_person_id_enrolment_id"),
        ),
    )
    op.create_index("ix_message_reader_enrolment", "message_reader", ["enrolment_id"])
    op.create_index(op.f("ix_message_reader_letter_id"), "message_reader", ["letter_id"])
    op.create_index(op.f("ix_message_reader_person_id"), "message_reader", ["person_id"])

    op.create_table(
        "message_reply",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_message_reply_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["group_message.id"], name=op.f("fk_message_reply_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_reply_person_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_message_reply_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reply")),
    )
    op.create_index(op.f("ix_message_reply_enrolment_id"), "message_reply", ["enrolment_id"])
    op.create_index(op.f("ix_message_reply_message_id"), "message_reply", ["message_id"])
    op.create_index(op.f("ix_message_reply_person_id"), "message_reply", ["person_id"])
    op.create_index("ix_message_reply_run", "message_reply", ["run_id", "settled_at"])


def downgrade() -> None:
    for table in (
        "message_reply",
        "message_reader",
        "session_report",
        "session_note",
        "proposal_word",
        "material",
        "group_message",
        "course_proposal",
        "trainer_portrait",
        "trainer_page",
        "message_pattern",
    ):
        op.drop_table(table)
