"""Keep calendars exact

Several calendar addresses for one person, each with its own settings; a count of what personal calendars show beside the
programme; texts of sessions that are deleted by whatever makes them untrue; who wants the month's sheet by post.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ALL = ("INSERT", "UPDATE", "DELETE")
COUNTED: Mapping[str, Sequence[str]] = {
    "enrolment": ("INSERT", "UPDATE OF person_id, run_id, state, confirmed_at, is_drop_in", "DELETE"),
    "enrolment_session": ALL,
    "session_trainer": ALL,
    "household": ("DELETE",),
    "membership": ALL,
    "guardianship": ALL,
    "mandate": ALL,
    "role_grant": ALL,
    "account": ("INSERT", "UPDATE OF person_id, locked_at", "DELETE"),
    "person": ("UPDATE OF birth_date, merged_into_id",),
    "booking": ALL,
    "booking_date": ALL,
    "reservation": ALL,
    "closure": ALL,
    "device": ("INSERT", "UPDATE OF kit_id, model_id", "DELETE"),
    "kit": ALL,
}
"""What calendars show beside the programme, and who may read it."""
OF_ROOM = "SELECT session.id FROM session WHERE session.room_id"
UNTRUE: Mapping[str, tuple[str, str]] = {
    "session": (
        "run_id, starts_at, ends_at, changed_at, room_id, online_url, state, sequence, topic",
        "NEW.id",
    ),
    "run": (
        "course_id, number, state, is_online",
        "SELECT session.id FROM session WHERE session.run_id = NEW.id",
    ),
    "course": (
        "slug, title_de, title_en",
        "SELECT session.id FROM session JOIN run ON run.id = session.run_id WHERE run.course_id = NEW.id",
    ),
    "room": ("name, floor_de, floor_en, venue_id", f"{OF_ROOM} = NEW.id"),
    "venue": (
        "name, street, postal_code, city",
        f"{OF_ROOM} IN (SELECT room.id FROM room WHERE room.venue_id = NEW.id)",
    ),
}
"""Each as: the columns that a session's text shows, and which sessions show them (`lms.scheduling.entries`)."""


def upgrade() -> None:
    _feeds()
    op.drop_table("session_text")
    op.create_table(
        "session_text",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_detailed", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_session_text_session_id_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "language", "is_detailed", name=op.f("pk_session_text")),
    )
    op.create_table(
        "sheet_wish",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_household", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_grid", sa.Boolean(), nullable=False),
        sa.Column("written_for", sa.Date(), nullable=True),
        sa.CheckConstraint("points IN (14, 18, 22)", name=op.f("ck_sheet_wish_points")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sheet_wish_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_sheet_wish")),
    )
    op.create_index("ix_session_room_id", "session", ["room_id"])
    op.execute("INSERT INTO catalogue_change (name, amount) VALUES ('calendar', 1)")
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def _feeds() -> None:
    with op.batch_alter_table("feed") as feed:  # no trigger watches this table
        feed.drop_constraint("uq_feed_person_id", type_="unique")
        for column, default in (
            (sa.Column("kind", sa.String(32), nullable=False), "everything"),
            (sa.Column("subject_id", sa.Uuid(), nullable=True), None),
            (sa.Column("name", sa.String(), nullable=False), ""),
            (sa.Column("colour", sa.String(32), nullable=False), "royalblue"),
            (sa.Column("refresh_minutes", sa.Integer(), nullable=False), "60"),
            (sa.Column("alarm_minutes", sa.Integer(), nullable=True), None),
            (sa.Column("is_detailed", sa.Boolean(), nullable=False), sa.true()),
            (sa.Column("naming", sa.String(32), nullable=False), "none"),
            (sa.Column("language", sa.String(), nullable=False), "de"),
            (sa.Column("settings_version", sa.Integer(), nullable=False), "1"),
        ):
            if default is not None:
                column.server_default = sa.DefaultClause(default)
            feed.add_column(column)
        feed.create_check_constraint(op.f("ck_feed_refresh"), "refresh_minutes > 0")
        feed.create_check_constraint(op.f("ck_feed_alarm"), "alarm_minutes > 0")
    op.create_index("ix_feed_person_id", "feed", ["person_id"])


def downgrade() -> None:
    bind = op.get_bind()
    for name, _, table in _counting():
        if bind.dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in UNTRUE:
        if bind.dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER untrue_{table}")
        else:
            op.execute(f"DROP TRIGGER untrue_{table} ON {table}")
            op.execute(f"DROP FUNCTION untrue_{table}()")
    if bind.dialect.name != "sqlite":
        op.execute("DROP FUNCTION guard_change_calendar()")
    op.execute("DELETE FROM catalogue_change WHERE name = 'calendar'")
    op.drop_index("ix_session_room_id", "session")
    op.drop_table("sheet_wish")
    op.drop_table("session_text")
    op.create_table(
        "session_text",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_text_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "language", name=op.f("pk_session_text")),
    )
    # one address for each person again: the one that was used last
    op.execute(
        "DELETE FROM feed WHERE EXISTS (SELECT 1 FROM feed other WHERE other.person_id = feed.person_id"
        " AND (coalesce(other.last_used_at, other.created_at), other.id) > (coalesce(feed.last_used_at, feed.created_at), feed.id))"
    )
    op.drop_index("ix_feed_person_id", "feed")
    with op.batch_alter_table("feed") as feed:
        feed.drop_constraint(op.f("ck_feed_refresh"), type_="check")
        feed.drop_constraint(op.f("ck_feed_alarm"), type_="check")
        for column in (
            "kind", "subject_id", "name", "colour", "refresh_minutes", "alarm_minutes", "is_detailed", "naming", "language",
            "settings_version",
        ):  # fmt: skip
            feed.drop_column(column)
        feed.create_unique_constraint(op.f("uq_feed_person_id"), ["person_id"])


def _counting() -> list[tuple[str, str, str]]:
    """Each as: name of the trigger, moment, table."""
    return [
        (f"count_calendar_{table}_{moment.split()[0].lower()}", moment, table)
        for table, moments in COUNTED.items()
        for moment in moments
    ]


def _sqlite() -> list[str]:
    # one writer at a time anyway, so one row for the count will do
    counted = [
        f"CREATE TRIGGER {name} AFTER {moment} ON {table}"
        " BEGIN UPDATE catalogue_change SET amount = amount + 1 WHERE name = 'calendar'; END"
        for name, moment, table in _counting()
    ]
    untrue = [
        f"CREATE TRIGGER untrue_{table} AFTER UPDATE OF {columns} ON {table}"
        f" BEGIN DELETE FROM session_text WHERE session_id IN ({which}); END"
        for table, (columns, which) in UNTRUE.items()
    ]
    return counted + untrue


def _postgresql() -> list[str]:
    statements = [
        """CREATE FUNCTION guard_change_calendar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO catalogue_change (name, amount) VALUES ('calendar', 1); RETURN NULL;
        END $$"""
    ]
    statements += [
        f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH STATEMENT"
        " EXECUTE FUNCTION guard_change_calendar()"
        for name, moment, table in _counting()
    ]
    for table, (columns, which) in UNTRUE.items():
        statements.append(
            f"CREATE FUNCTION untrue_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" DELETE FROM session_text WHERE session_id IN ({which}); RETURN NULL; END $$"
        )
        statements.append(
            f"CREATE TRIGGER untrue_{table} AFTER UPDATE OF {columns} ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION untrue_{table}()"
        )
    return statements
