"""Let others book rooms"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "booker_group",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("cents_per_hour", sa.Integer(), nullable=False),
        sa.Column("hours_per_week", sa.Integer(), nullable=True),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cents_per_hour >= 0", name=op.f("ck_booker_group_price")),
        sa.CheckConstraint(
            "hours_per_week IS NULL OR hours_per_week > 0", name=op.f("ck_booker_group_quota")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booker_group")),
        sa.UniqueConstraint("key", name=op.f("uq_booker_group_key")),
    )
    op.create_table(
        "room_tariff",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("cents_per_hour", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cents_per_hour >= 0", name=op.f("ck_room_tariff_price")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["booker_group.id"], name=op.f("fk_room_tariff_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_room_tariff_room_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_tariff")),
        sa.UniqueConstraint("room_id", "group_id", name=op.f("uq_room_tariff_room_id_group_id")),
    )
    op.create_table(
        "booking",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("booker_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "declined",
                "withdrawn",
                name="bookingstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["booker_id"], ["person.id"], name=op.f("fk_booking_booker_id")),
        sa.ForeignKeyConstraint(["group_id"], ["booker_group.id"], name=op.f("fk_booking_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_reference")),
    )
    op.create_index("ix_booking_booker_id", "booking", ["booker_id"], unique=False)
    op.create_index("ix_booking_state", "booking", ["state", "created_at"], unique=False)
    op.create_table(
        "booking_date",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "declined",
                "cancelled",
                "released",
                name="bookingdatestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_booking_date_price")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_date_period")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_date_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_booking_date_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_date")),
    )
    op.create_index("ix_booking_date_booking", "booking_date", ["booking_id", "starts_at"], unique=False)
    op.create_index("ix_booking_date_room", "booking_date", ["room_id", "starts_at"], unique=False)
    op.create_table(
        "slot_wish",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slot_wish_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_slot_wish_person_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_slot_wish_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_wish")),
    )
    op.create_index("ix_slot_wish_person_id", "slot_wish", ["person_id"], unique=False)
    op.create_index("ix_slot_wish_room", "slot_wish", ["room_id", "starts_at"], unique=False)


def downgrade() -> None:
    op.drop_table("slot_wish")
    op.drop_table("booking_date")
    op.drop_table("booking")
    op.drop_table("room_tariff")
    op.drop_table("booker_group")
