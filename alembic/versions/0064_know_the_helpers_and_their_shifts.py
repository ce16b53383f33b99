"""Know the helpers and their shifts

Volunteers and young helpers with the topics they know about, shifts that they take, what is said about the hours, certificates
and allowances that come of them. Entries of hours and what was paid never change: triggers refuse it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "helper_limits",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("least_age", sa.Integer(), nullable=False),
        sa.Column("night_from", sa.Time(), nullable=False),
        sa.Column("night_until", sa.Time(), nullable=False),
        sa.Column("child_from", sa.Time(), nullable=False),
        sa.Column("child_until", sa.Time(), nullable=False),
        sa.Column("child_minutes", sa.Integer(), nullable=False),
        sa.Column("youth_minutes", sa.Integer(), nullable=False),
        sa.Column("school_until", sa.Time(), nullable=False),
        sa.Column("withdraw_hours", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_helper_limits_one")),
        sa.CheckConstraint("least_age BETWEEN 10 AND 18", name=op.f("ck_helper_limits_least_age")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_limits")),
    )
    op.create_table(
        "helper_payment_list",
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_payment_list")),
    )
    op.create_table(
        "helper_rate",
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column(
            "basis", sa.Enum("hour", "shift", name="basis", native_enum=False, length=32), nullable=False
        ),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_helper_rate_cents")),
        sa.PrimaryKeyConstraint("from_day", name=op.f("pk_helper_rate")),
    )
    op.create_table(
        "helper",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "approved", "declined", "ended", name="helperstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("wants_account", sa.Boolean(), nullable=False),
        sa.Column("is_experienced", sa.Boolean(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("consent_asked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_wording", sa.Text(), nullable=False),
        sa.Column("consent_seen_on", sa.Date(), nullable=True),
        sa.Column("consent_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_helper_guardian_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_helper_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper")),
        sa.UniqueConstraint("person_id", name=op.f("uq_helper_person_id")),
    )
    op.create_index(op.f("ix_helper_guardian_id"), "helper", ["guardian_id"], unique=False)
    op.create_index("ix_helper_state", "helper", ["state", "asked_at"], unique=False)

    op.create_table(
        "helper_allowance",
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("free_cents", sa.Integer(), nullable=False),
        sa.Column("free_before_cents", sa.Integer(), nullable=False),
        sa.Column("rule_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(paid_at IS NULL) = (list_id IS NULL)", name=op.f("ck_helper_allowance_paid")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_helper_allowance_cents")),
        sa.ForeignKeyConstraint(["helper_id"], ["helper.id"], name=op.f("fk_helper_allowance_helper_id")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["helper_payment_list.id"], name=op.f("fk_helper_allowance_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_allowance")),
        sa.UniqueConstraint("number", name=op.f("uq_helper_allowance_number")),
    )
    op.create_index(op.f("ix_helper_allowance_helper_id"), "helper_allowance", ["helper_id"], unique=False)
    op.create_index(op.f("ix_helper_allowance_list_id"), "helper_allowance", ["list_id"], unique=False)
    op.create_index("ix_helper_allowance_month", "helper_allowance", ["month"], unique=False)

    op.create_table(
        "helper_elsewhere",
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_helper_elsewhere_cents")),
        sa.ForeignKeyConstraint(
            ["helper_id"], ["helper.id"], name=op.f("fk_helper_elsewhere_helper_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("helper_id", "year", name=op.f("pk_helper_elsewhere")),
    )
    op.create_table(
        "helper_topic",
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["helper_id"], ["helper.id"], name=op.f("fk_helper_topic_helper_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["help_topic.id"], name=op.f("fk_helper_topic_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("helper_id", "topic_id", name=op.f("pk_helper_topic")),
    )
    op.create_index(op.f("ix_helper_topic_topic_id"), "helper_topic", ["topic_id"], unique=False)

    op.create_table(
        "hours_proof",
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["helper.id"], name=op.f("fk_hours_proof_helper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_proof")),
    )
    op.create_index("ix_hours_proof_helper", "hours_proof", ["helper_id", "wished_at"], unique=False)
    op.create_index(
        "uq_hours_proof_wished",
        "hours_proof",
        ["helper_id"],
        unique=True,
        postgresql_where=sa.text("ordered_at IS NULL AND ended_at IS NULL"),
        sqlite_where=sa.text("ordered_at IS NULL AND ended_at IS NULL"),
    )

    op.create_table(
        "shift_rule",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("least_age", sa.Integer(), nullable=False),
        sa.Column(
            "topic_ids", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_shift_rule_places")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_shift_rule_times")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_shift_rule_weekday")),
        sa.ForeignKeyConstraint(["desk_id"], ["help_desk.id"], name=op.f("fk_shift_rule_desk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_rule")),
    )
    op.create_index(op.f("ix_shift_rule_desk_id"), "shift_rule", ["desk_id"], unique=False)

    op.create_table(
        "shift",
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("least_age", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "cancelled", name="shiftstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_shift_places")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_period")),
        sa.ForeignKeyConstraint(["desk_id"], ["help_desk.id"], name=op.f("fk_shift_desk_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["shift_rule.id"], name=op.f("fk_shift_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("rule_id", "day", name=op.f("uq_shift_rule_id_day")),
    )
    op.create_index("ix_shift_desk_day", "shift", ["desk_id", "day"], unique=False)
    op.create_index("ix_shift_starts_at", "shift", ["starts_at"], unique=False)

    op.create_table(
        "duty",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "taken", "withdrawn", "cancelled", "missed", name="dutystate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_hours_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("seat > 0", name=op.f("ck_duty_seat")),
        sa.ForeignKeyConstraint(["helper_id"], ["helper.id"], name=op.f("fk_duty_helper_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_duty_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index("ix_duty_helper_state", "duty", ["helper_id", "state"], unique=False)
    op.create_index(op.f("ix_duty_shift_id"), "duty", ["shift_id"], unique=False)
    op.create_index(
        "uq_duty_helper",
        "duty",
        ["shift_id", "helper_id"],
        unique=True,
        postgresql_where=sa.text("state = 'taken'"),
        sqlite_where=sa.text("state = 'taken'"),
    )
    op.create_index(
        "uq_duty_seat",
        "duty",
        ["shift_id", "seat"],
        unique=True,
        postgresql_where=sa.text("state = 'taken'"),
        sqlite_where=sa.text("state = 'taken'"),
    )

    op.create_table(
        "shift_ask",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("helper_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_yes", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["helper_id"], ["helper.id"], name=op.f("fk_shift_ask_helper_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_shift_ask_shift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_ask")),
        sa.UniqueConstraint("shift_id", "helper_id", name=op.f("uq_shift_ask_shift_id_helper_id")),
    )
    op.create_index(op.f("ix_shift_ask_helper_id"), "shift_ask", ["helper_id"], unique=False)

    op.create_table(
        "shift_topic",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_shift_topic_shift_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["help_topic.id"], name=op.f("fk_shift_topic_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shift_id", "topic_id", name=op.f("pk_shift_topic")),
    )
    op.create_index(op.f("ix_shift_topic_topic_id"), "shift_topic", ["topic_id"], unique=False)

    op.create_table(
        "hours_entry",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_helper", sa.Boolean(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("said_by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_hours_entry_minutes")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_hours_entry_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_entry")),
        sa.UniqueConstraint("duty_id", "number", name=op.f("uq_hours_entry_duty_id_number")),
    )
    op.create_table(
        "paid_duty",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("allowance_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["allowance_id"], ["helper_allowance.id"], name=op.f("fk_paid_duty_allowance_id")
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_paid_duty_duty_id")),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_paid_duty")),
    )
    op.create_index(op.f("ix_paid_duty_allowance_id"), "paid_duty", ["allowance_id"], unique=False)

    op.create_table(
        "proven_duty",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_proven_duty_duty_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["hours_proof.id"], name=op.f("fk_proven_duty_proof_id")),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_proven_duty")),
    )
    op.create_index(op.f("ix_proven_duty_proof_id"), "proven_duty", ["proof_id"], unique=False)

    keep_unchanged(
        {"hours_entry": "hours are corrected by another entry", "paid_duty": "what was approved stays"}
    )


def downgrade() -> None:
    op.drop_table("proven_duty")
    op.drop_table("paid_duty")
    op.drop_table("hours_entry")
    op.drop_table("shift_topic")
    op.drop_table("shift_ask")
    op.drop_table("duty")
    op.drop_table("shift")
    op.drop_table("shift_rule")
    op.drop_table("hours_proof")
    op.drop_table("helper_topic")
    op.drop_table("helper_elsewhere")
    op.drop_table("helper_allowance")
    op.drop_table("helper")
    op.drop_table("helper_rate")
    op.drop_table("helper_payment_list")
    op.drop_table("helper_limits")
    forget_unchanged(("hours_entry", "paid_duty"))
