"""Time, rooms and devices"""

import re
from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "closing_day": [
            sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "device": [
            sa.Column(
                "status",
                sa.Enum("usable", "missing", "retired", name="devicestatus", native_enum=False, length=32),
                nullable=False,
                server_default="usable",
            ),
            sa.Column("home_id", sa.Uuid(), nullable=True),
            sa.Column("serial_number", sa.String(), nullable=False, server_default=""),
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
            sa.Column("must_be_wiped", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ],
        "device_model": [
            sa.Column("name_en", sa.String(), nullable=False, server_default=""),
            sa.Column("about_de", sa.Text(), nullable=False, server_default=""),
            sa.Column("about_en", sa.Text(), nullable=False, server_default=""),
            sa.Column("is_lendable", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("loan_days", sa.Integer(), nullable=False, server_default="28"),
            sa.Column("turnaround_minutes", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("needs_wipe", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column(
                "accessories",
                sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default=sa.text("'[]'"),
            ),
            sa.Column("replacement_cents", sa.Integer(), nullable=False, server_default="0"),
        ],
        "kit": [
            sa.Column("name_en", sa.String(), nullable=False, server_default=""),
            sa.Column("is_travelling", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ],
        "reservation": [
            sa.Column(
                "kind",
                sa.Enum(
                    "session",
                    "booking",
                    "loan",
                    "repair",
                    "closure",
                    name="reservationkind",
                    native_enum=False,
                    length=32,
                ),
                nullable=False,
                server_default="session",
            ),
            sa.Column("cause_id", sa.Uuid(), nullable=True),
            sa.Column("venue_id", sa.Uuid(), nullable=True),
        ],
        "room": [
            sa.Column("hire_cents_per_hour", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("is_bookable", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("release_after_minutes", sa.Integer(), nullable=True),
        ],
        "trainer": [
            sa.Column(
                "topics",
                sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default=sa.text("'[]'"),
            ),
        ],
        "venue": [
            sa.Column("federal_state", sa.String(), nullable=False, server_default=""),
            sa.Column("contact_name", sa.String(), nullable=False, server_default=""),
            sa.Column("contact_phone", sa.String(), nullable=False, server_default=""),
            sa.Column("contact_email", sa.String(), nullable=False, server_default=""),
            sa.Column("key_note", sa.Text(), nullable=False, server_default=""),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    # where rooms are; where trainers are, their sessions say
    op.execute(
        "UPDATE reservation SET venue_id = (SELECT venue_id FROM room WHERE room.id = reservation.room_id)"
        " WHERE room_id IS NOT NULL"
    )
    op.execute(
        "UPDATE reservation SET venue_id = (SELECT room.venue_id FROM session JOIN room ON room.id = session.room_id"
        " WHERE session.id = reservation.session_id) WHERE trainer_id IS NOT NULL"
    )
    op.create_index("ix_reservation_cause_id", "reservation", ["cause_id"], unique=False)
    op.create_index("ix_reservation_starts_at", "reservation", ["starts_at"], unique=False)
    op.create_table(
        "equipment",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("key", name=op.f("uq_equipment_key")),
    )
    _name_equipment()
    op.create_table(
        "room_photo",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("alt_de", sa.String(), nullable=False),
        sa.Column("alt_en", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_room_photo_room_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_photo")),
        sa.UniqueConstraint("room_id", name=op.f("uq_room_photo_room_id")),
    )
    op.create_table(
        "opening_time",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(venue_id IS NULL) <> (room_id IS NULL)", name=op.f("ck_opening_time_one_place")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_opening_time_hours")),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_opening_time_room_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_opening_time_venue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_time")),
    )
    op.create_index("ix_opening_time_room_id", "opening_time", ["room_id"], unique=False)
    op.create_index("ix_opening_time_venue_id", "opening_time", ["venue_id"], unique=False)
    op.create_table(
        "travel_time",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_travel_time_two_places")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_travel_time_minutes")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["venue.id"], name=op.f("fk_travel_time_from_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["venue.id"], name=op.f("fk_travel_time_to_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_time")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("uq_travel_time_from_id_to_id")),
    )
    op.create_table(
        "closure",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_closure_period")),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_closure_room_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_closure_venue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index("ix_closure_venue_id", "closure", ["venue_id"], unique=False)
    op.create_table(
        "kit_part",
        sa.Column("kit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("expected > 0", name=op.f("ck_kit_part_expected")),
        sa.CheckConstraint("present >= 0", name=op.f("ck_kit_part_present")),
        sa.ForeignKeyConstraint(["kit_id"], ["kit.id"], name=op.f("fk_kit_part_kit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_part")),
        sa.UniqueConstraint("kit_id", "name", name=op.f("uq_kit_part_kit_id_name")),
    )
    op.create_index("ix_kit_part_kit_id", "kit_part", ["kit_id"], unique=False)
    op.create_table(
        "availability",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_availability_hours")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_availability_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index("ix_availability_person_id", "availability", ["person_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_absence_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person", "absence", ["person_id", "starts_at"], unique=False)


ROOM = sa.table(
    "room",
    sa.column("id", sa.Uuid()),
    sa.column("equipment", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")),
)
EQUIPMENT = sa.table(
    "equipment",
    sa.column("id", sa.Uuid()),
    sa.column("key", sa.String()),
    sa.column("name_de", sa.String()),
    sa.column("name_en", sa.String()),
)


def _name_equipment() -> None:
    """Rooms held German names of things; now they hold keys of a vocabulary, which begins with these names."""
    connection = op.get_bind()
    rooms = connection.execute(sa.select(ROOM.c.id, ROOM.c.equipment)).all()
    keys: dict[str, str] = {}
    for name in sorted({name for room in rooms for name in room.equipment}):
        stem = _key_of(name)
        taken = set(keys.values())
        keys[name] = next(
            key
            for key in [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
            if key not in taken
        )
    for name, key in keys.items():
        connection.execute(EQUIPMENT.insert().values(id=uuid4(), key=key, name_de=name, name_en=""))
    _rename(keys)


def _rename(words: dict[str, str]) -> None:
    connection = op.get_bind()
    for room in connection.execute(sa.select(ROOM.c.id, ROOM.c.equipment)).all():
        if room.equipment:
            renamed = [words.get(word, word) for word in room.equipment]
            connection.execute(ROOM.update().where(ROOM.c.id == room.id).values(equipment=renamed))


def _key_of(name: str) -> str:
    spelt_out = name.lower()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelt_out = spelt_out.replace(letter, written)
    return "-".join(re.findall(r"[a-z0-9]+", spelt_out))[:40].strip("-") or "ausstattung"


def downgrade() -> None:
    _rename({row.key: row.name_de for row in op.get_bind().execute(sa.select(EQUIPMENT)).all()})
    op.drop_table("absence")
    op.drop_table("availability")
    op.drop_table("kit_part")
    op.drop_table("closure")
    op.drop_table("travel_time")
    op.drop_table("opening_time")
    op.drop_table("room_photo")
    op.drop_table("equipment")
    op.drop_index("ix_reservation_starts_at", "reservation")
    op.drop_index("ix_reservation_cause_id", "reservation")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
