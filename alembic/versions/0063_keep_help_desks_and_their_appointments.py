"""Keep help desks and their appointments

Places with weekly hours, advisers and what they know, what is different on single days, appointments of people without an
account, who would like to be earlier, the queue of a day, and what is counted without a name.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "help_topic",
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("hint_de", sa.String(), nullable=False),
        sa.Column("hint_en", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("help", "advice", name="deskkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_topic")),
    )
    op.create_table(
        "adviser",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("shown_name", sa.String(), nullable=False),
        sa.Column(
            "languages", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_adviser_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser")),
        sa.UniqueConstraint("person_id", name=op.f("uq_adviser_person_id")),
    )
    op.create_table(
        "adviser_topic",
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_adviser_topic_adviser_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["help_topic.id"], name=op.f("fk_adviser_topic_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("adviser_id", "topic_id", name=op.f("pk_adviser_topic")),
    )
    op.create_index(op.f("ix_adviser_topic_topic_id"), "adviser_topic", ["topic_id"])
    op.create_table(
        "help_desk",
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("hint_de", sa.Text(), nullable=False),
        sa.Column("hint_en", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Enum("help", "advice", name="deskkind", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "place",
            sa.Enum("venue", "home", "remote", name="deskplace", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column(
            "districts", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("most_live", sa.Integer(), nullable=False),
        sa.Column("most_per_day", sa.Integer(), nullable=False),
        sa.Column("most_per_adviser", sa.Integer(), nullable=True),
        sa.Column("takes_walk_ins", sa.Boolean(), nullable=False),
        sa.Column("number_prefix", sa.String(), nullable=False),
        sa.Column(
            "questions", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("place <> 'venue' OR venue_id IS NOT NULL", name=op.f("ck_help_desk_venue")),
        sa.CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name=op.f("ck_help_desk_buffer")),
        sa.CheckConstraint("days_ahead BETWEEN 1 AND 366", name=op.f("ck_help_desk_days_ahead")),
        sa.CheckConstraint("most_live > 0 AND most_per_day > 0", name=op.f("ck_help_desk_most")),
        sa.CheckConstraint(
            "most_per_adviser IS NULL OR most_per_adviser > 0", name=op.f("ck_help_desk_most_per_adviser")
        ),
        sa.CheckConstraint("notice_hours >= 0", name=op.f("ck_help_desk_notice")),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 480", name=op.f("ck_help_desk_slot")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_help_desk_room_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_help_desk_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_desk")),
    )
    op.create_table(
        "appointment",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column(
            "way",
            sa.Enum("online", "phone", "counter", "paper", name="bookedby", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("device_model_id", sa.Uuid(), nullable=True),
        sa.Column(
            "answers", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "booked", "done", "cancelled", "missed", name="appointmentstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_period")),
        sa.ForeignKeyConstraint(["adviser_id"], ["adviser.id"], name=op.f("fk_appointment_adviser_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_appointment_company_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["help_desk.id"], name=op.f("fk_appointment_desk_id")),
        sa.ForeignKeyConstraint(
            ["device_model_id"], ["device_model.id"], name=op.f("fk_appointment_device_model_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["help_topic.id"], name=op.f("fk_appointment_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("reference", name=op.f("uq_appointment_reference")),
    )
    op.create_index("ix_appointment_adviser", "appointment", ["adviser_id", "starts_at"])
    op.create_index(op.f("ix_appointment_company_id"), "appointment", ["company_id"])
    op.create_index("ix_appointment_desk", "appointment", ["desk_id", "starts_at"])
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"])
    op.create_index("ix_appointment_phone", "appointment", ["phone", "starts_at"])
    op.create_index("ix_appointment_starts_at", "appointment", ["starts_at"])
    op.create_index(op.f("ix_appointment_topic_id"), "appointment", ["topic_id"])
    op.create_index(
        "uq_appointment_booked",
        "appointment",
        ["adviser_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("state = 'booked'"),
        sqlite_where=sa.text("state = 'booked'"),
    )
    op.create_table(
        "desk_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("closed", "away", "extra", name="daykind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("adviser_id", sa.Uuid(), nullable=True),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'closed' AND desk_id IS NOT NULL AND adviser_id IS NULL) OR (kind = 'away' AND adviser_id IS NOT NULL) OR (kind = 'extra' AND desk_id IS NOT NULL AND adviser_id IS NOT NULL AND opens < closes)",
            name=op.f("ck_desk_day_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_desk_day_adviser_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["help_desk.id"], name=op.f("fk_desk_day_desk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_day")),
    )
    op.create_index(op.f("ix_desk_day_adviser_id"), "desk_day", ["adviser_id"])
    op.create_index("ix_desk_day_day", "desk_day", ["day"])
    op.create_index(op.f("ix_desk_day_desk_id"), "desk_day", ["desk_id"])
    op.create_table(
        "desk_hours",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_desk_hours_hours")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from <= valid_until", name=op.f("ck_desk_hours_valid")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_desk_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["help_desk.id"], name=op.f("fk_desk_hours_desk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_hours")),
    )
    op.create_index(op.f("ix_desk_hours_desk_id"), "desk_hours", ["desk_id"])
    op.create_table(
        "help_contact",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("walk_in", "booked", "phone", "home", name="contactway", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "age",
            sa.Enum(
                "under_18",
                "18_24",
                "25_34",
                "35_49",
                "50_64",
                "65_74",
                "75_and_over",
                "unknown",
                name="ageband",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_help_contact_minutes")),
        sa.ForeignKeyConstraint(["desk_id"], ["help_desk.id"], name=op.f("fk_help_contact_desk_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["help_topic.id"], name=op.f("fk_help_contact_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_contact")),
    )
    op.create_index("ix_help_contact_day", "help_contact", ["day"])
    op.create_index(op.f("ix_help_contact_desk_id"), "help_contact", ["desk_id"])
    op.create_index(op.f("ix_help_contact_topic_id"), "help_contact", ["topic_id"])
    op.create_table(
        "desk_hours_adviser",
        sa.Column("hours_id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_desk_hours_adviser_adviser_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hours_id"], ["desk_hours.id"], name=op.f("fk_desk_hours_adviser_hours_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hours_id", "adviser_id", name=op.f("pk_desk_hours_adviser")),
    )
    op.create_index(op.f("ix_desk_hours_adviser_adviser_id"), "desk_hours_adviser", ["adviser_id"])
    op.create_table(
        "earlier_wish",
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "offered", "taken", "ended", name="earlierstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("offered_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_adviser_id", sa.Uuid(), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "declined", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_earlier_wish_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["offered_adviser_id"], ["adviser.id"], name=op.f("fk_earlier_wish_offered_adviser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_wish")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_earlier_wish_appointment_id")),
    )
    op.create_index("ix_earlier_wish_state", "earlier_wish", ["state", "since"])
    op.create_table(
        "ticket",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "called",
                "serving",
                "done",
                "gone",
                name="ticketstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("adviser_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_ticket_number")),
        sa.ForeignKeyConstraint(["adviser_id"], ["adviser.id"], name=op.f("fk_ticket_adviser_id")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_ticket_appointment_id")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["help_desk.id"], name=op.f("fk_ticket_desk_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["help_topic.id"], name=op.f("fk_ticket_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_ticket_appointment_id")),
        sa.UniqueConstraint("desk_id", "day", "number", name=op.f("uq_ticket_desk_id_day_number")),
    )
    op.create_index("ix_ticket_state", "ticket", ["desk_id", "day", "state"])


def downgrade() -> None:
    for table in (
        "ticket",
        "earlier_wish",
        "desk_hours_adviser",
        "help_contact",
        "desk_hours",
        "desk_day",
        "appointment",
        "help_desk",
        "adviser_topic",
        "adviser",
        "help_topic",
    ):
        op.drop_table(table)
