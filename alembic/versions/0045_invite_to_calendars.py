"""Invite to calendars

What was last told to whom about a calendar entry; calendars of trainers that are read for when they are busy; passwords
for calendar programmes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FAILURES = ("", "away", "refused", "missing", "not_public", "too_large", "unreadable")
FAILURE = sa.Enum(*FAILURES, name="failure", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("ends_at", DateTimeUTC(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "entry_id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_ends_at"), "invitation", ["ends_at"])
    op.create_table(
        "busy_calendar",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_address", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("due_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("read_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("tried_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("failure", FAILURE, nullable=False),
        sa.Column("failing_since", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("told_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_busy_calendar_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendar")),
        sa.UniqueConstraint("person_id", "fingerprint", name=op.f("uq_busy_calendar_person_id_fingerprint")),
    )
    op.create_index(op.f("ix_busy_calendar_due_at"), "busy_calendar", ["due_at"])
    op.create_table(
        "busy_period",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("ends_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_period_period")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["busy_calendar.id"],
            name=op.f("fk_busy_period_calendar_id_busy_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_busy_period_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_period")),
    )
    op.create_index(op.f("ix_busy_period_calendar_id"), "busy_period", ["calendar_id"])
    op.create_index(op.f("ix_busy_period_person"), "busy_period", ["person_id", "starts_at"])
    op.create_table(
        "calendar_password",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("last_used_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("revoked_at", DateTimeUTC(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_calendar_password_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_password")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_password_hash")),
    )
    op.create_index(op.f("ix_calendar_password_account_id"), "calendar_password", ["account_id"])
    op.create_table(
        "calendar_state",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("seen_at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_state_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_state")),
        sa.UniqueConstraint(
            "person_id", "calendar", "digest", name=op.f("uq_calendar_state_person_id_calendar_digest")
        ),
    )


def downgrade() -> None:
    op.drop_table("calendar_state")
    op.drop_table("calendar_password")
    op.drop_table("busy_period")
    op.drop_table("busy_calendar")
    op.drop_table("invitation")
