"""Come to single sessions

Who comes to single sessions never moves the counts or the waiting list of the run: `session.drop_ins` counts them, moved by
triggers alone and never above `run.drop_in_places`. What 0006 says about places, order and rooms is said anew here.
"""

from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OCCUPYING = "('held', 'confirmed', 'offered')"
NEVER = "('waiting', 'offered', 'held')"
"""States that a place in a single session never has: it is there or it is not."""

# Said by 0006, and given back in its very words when this migration is taken back.
RESAID = (
    "guard_places", "guard_places_insert", "guard_places_update", "guard_places_delete",
    "guard_order_enrolment", "guard_order_newcomer_insert", "guard_order_newcomer_update",
    "guard_room_run", "guard_room_session", "guard_room_session_insert", "guard_room_session_update",
    "guard_change_session_update",
)  # fmt: skip
SHOWN_OF_SESSION = "run_id, starts_at, ends_at, changed_at, room_id, online_url, state, sequence, topic"

STATE_OF_MINE = "(SELECT state FROM enrolment WHERE id = {row}.enrolment_id)"
COUNTS = f"({{row}}.ended_at IS NULL AND {STATE_OF_MINE} IN {OCCUPYING})"
IS_FOREIGN = """NOT EXISTS (SELECT 1 FROM enrolment JOIN session ON session.run_id = enrolment.run_id
    WHERE enrolment.id = NEW.enrolment_id AND session.id = NEW.session_id AND {drop_in})"""
TOO_MANY = "NEW.drop_ins < 0 OR (NEW.drop_ins > OLD.drop_ins AND NEW.drop_ins > (SELECT drop_in_places FROM run WHERE id = NEW.run_id{lock}))"
BELOW_TAKEN = """NEW.drop_in_places < 0 OR NEW.drop_in_price_cents < 0 OR EXISTS (
    SELECT 1 FROM session WHERE run_id = NEW.id AND state = 'planned' AND drop_ins > NEW.drop_in_places)"""
ROOM_IS_SMALL = """SELECT 1 FROM session JOIN room ON room.id = session.room_id JOIN run ON run.id = session.run_id
    WHERE {which} AND session.state = 'planned' AND room.seats < run.capacity + run.drop_in_places
    AND run.room_override_reason = ''"""


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "enrolment": [
            sa.Column("is_drop_in", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "run": [
            sa.Column("drop_in_places", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("drop_in_price_cents", sa.Integer(), nullable=False, server_default="0"),
        ],
        "session": [
            sa.Column("drop_ins", sa.Integer(), nullable=False, server_default="0"),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "enrolment_session",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_enrolment_session_price")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_session_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_enrolment_session_session_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "session_id", name=op.f("pk_enrolment_session")),
    )
    op.create_index("ix_enrolment_session_session_id", "enrolment_session", ["session_id"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _drop(RESAID)
    for statement in _sqlite() if is_sqlite else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    # places in single sessions are none in the run: counted as such they could be more than it has
    op.execute("DELETE FROM enrolment_session")
    op.execute(
        "UPDATE enrolment SET state = 'cancelled' WHERE is_drop_in AND state IN ('confirmed', 'requested')"
    )
    _drop((*RESAID, *(NEW_ON_SQLITE if is_sqlite else NEW_ON_POSTGRESQL)))
    op.drop_table("enrolment_session")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
    old = _before()
    for statement in vars(old)["_sqlite" if is_sqlite else "_postgresql"]():
        if any(f" {name} " in f"{statement} " or f" {name}() " in statement for name in RESAID):
            op.execute(statement)


NEW_ON_SQLITE = (
    "guard_drop_ins_insert", "guard_drop_ins_update", "guard_drop_ins_delete", "guard_drop_ins_state",
    "guard_drop_ins_end", "guard_drop_in_row", "guard_drop_in_kind", "guard_drop_in_state_insert",
    "guard_drop_in_state_update", "guard_drop_in_places", "guard_drop_in_run", "guard_change_session_drop_ins",
)  # fmt: skip
NEW_ON_POSTGRESQL = (
    "guard_drop_ins", "guard_drop_ins_state", "guard_drop_ins_end", "guard_drop_in_row", "guard_drop_in_kind",
    "guard_drop_in_state", "guard_drop_in_places", "guard_drop_in_run", "guard_change_session_drop_ins",
)  # fmt: skip


def _before() -> ModuleType:
    spec = spec_from_file_location("guard_the_rules", Path(__file__).with_name("0006_guard_the_rules.py"))
    if spec is None or spec.loader is None:
        raise ImportError("the migration 0006 is missing")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _drop(names: Sequence[str]) -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for name in names:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    there = bind.execute(
        sa.text(
            "SELECT tgname, tgrelid::regclass::text, tgfoid::regproc::text FROM pg_trigger WHERE NOT tgisinternal"
        )
    ).all()
    for name, table, function in there:
        if name in names:
            op.execute(f'DROP TRIGGER {name} ON "{table.strip(chr(34))}"')
            if function == name:
                op.execute(f"DROP FUNCTION {function}()")


def _sqlite() -> list[str]:
    old = _before()
    statements = []
    for moment, now, before in (("INSERT", 1, 0), ("UPDATE OF state", 1, 1), ("DELETE", 0, 1)):
        row = "NEW" if now else "OLD"
        occupied = _moved(OCCUPYING, now=now, before=before)
        waiting = _moved("('waiting')", now=now, before=before)
        statements.append(f"""
            CREATE TRIGGER guard_places_{moment.split()[0].lower()} AFTER {moment} ON enrolment
            WHEN {row}.is_drop_in = 0 AND ({occupied} <> 0 OR {waiting} <> 0)
            BEGIN
                UPDATE run SET occupied = occupied + {occupied}, waiting = waiting + {waiting} WHERE id = {row}.run_id;
            END""")
    for moment, earlier in (("INSERT", ""), ("UPDATE OF state", "OLD.state = 'requested' AND")):
        statements.append(f"""
            CREATE TRIGGER guard_order_newcomer_{moment.split()[0].lower()} BEFORE {moment} ON enrolment
            WHEN {earlier} NEW.is_drop_in = 0 AND NEW.state IN ('held', 'confirmed') BEGIN
                SELECT RAISE(ABORT, 'nobody_overtakes') WHERE EXISTS ({old.OVERTAKEN_BY_NEWCOMER});
            END""")
        statements.append(f"""
            CREATE TRIGGER guard_drop_in_state_{moment.split()[0].lower()} BEFORE {moment} ON enrolment
            WHEN NEW.is_drop_in AND NEW.state IN {NEVER}
            BEGIN SELECT RAISE(ABORT, 'drop_in_never_waits'); END""")
    for name, moment, which in (
        ("run", "UPDATE OF capacity, drop_in_places, room_override_reason ON run", "run.id = NEW.id"),
        ("session_insert", "INSERT ON session", "session.id = NEW.id"),
        ("session_update", "UPDATE OF room_id, state, run_id ON session", "session.id = NEW.id"),
    ):
        statements.append(
            f"CREATE TRIGGER guard_room_{name} AFTER {moment} BEGIN SELECT RAISE(ABORT, 'room_too_small')"
            f" WHERE EXISTS ({ROOM_IS_SMALL.format(which=which)}); END"
        )
    for moment, now, before in (("INSERT", 1, 0), ("UPDATE OF ended_at", 1, 1), ("DELETE", 0, 1)):
        moved = f"({COUNTS.format(row='NEW') if now else 0} - {COUNTS.format(row='OLD') if before else 0})"
        statements.append(f"""
            CREATE TRIGGER guard_drop_ins_{moment.split()[0].lower()} AFTER {moment} ON enrolment_session
            WHEN {moved} <> 0
            BEGIN
                UPDATE session SET drop_ins = drop_ins + {moved} WHERE id = {"NEW" if now else "OLD"}.session_id;
            END""")
    moved = f"((NEW.state IN {OCCUPYING}) - (OLD.state IN {OCCUPYING}))"
    statements += [
        f"""CREATE TRIGGER guard_drop_ins_state AFTER UPDATE OF state ON enrolment WHEN NEW.is_drop_in AND {moved} <> 0
            BEGIN
                UPDATE session SET drop_ins = drop_ins + {moved} WHERE id IN
                    (SELECT session_id FROM enrolment_session WHERE enrolment_id = NEW.id AND ended_at IS NULL);
            END""",
        # first the sessions, while the enrolment still says whether they count
        """CREATE TRIGGER guard_drop_ins_end BEFORE DELETE ON enrolment WHEN OLD.is_drop_in
            BEGIN DELETE FROM enrolment_session WHERE enrolment_id = OLD.id; END""",
        f"""CREATE TRIGGER guard_drop_in_row BEFORE INSERT ON enrolment_session
            WHEN {IS_FOREIGN.format(drop_in="enrolment.is_drop_in")}
            BEGIN SELECT RAISE(ABORT, 'drop_in_of_another_run'); END""",
        """CREATE TRIGGER guard_drop_in_kind BEFORE UPDATE OF is_drop_in ON enrolment
            WHEN NEW.is_drop_in <> OLD.is_drop_in BEGIN SELECT RAISE(ABORT, 'drop_in_stays_so'); END""",
        f"""CREATE TRIGGER guard_drop_in_places BEFORE UPDATE OF drop_ins ON session
            WHEN {TOO_MANY.format(lock="")} BEGIN SELECT RAISE(ABORT, 'drop_ins_full'); END""",
        f"""CREATE TRIGGER guard_drop_in_run AFTER UPDATE OF drop_in_places, drop_in_price_cents ON run
            WHEN {BELOW_TAKEN} BEGIN SELECT RAISE(ABORT, 'drop_ins_below_taken'); END""",
        f"""CREATE TRIGGER guard_change_session_update AFTER UPDATE OF {SHOWN_OF_SESSION} ON session
            BEGIN UPDATE catalogue_change SET amount = amount + 1 WHERE name = 'programme'; END""",
        """CREATE TRIGGER guard_change_session_drop_ins AFTER UPDATE OF drop_ins ON session
            BEGIN UPDATE catalogue_change SET amount = amount + 1 WHERE name = 'places'; END""",
    ]
    return statements


def _postgresql() -> list[str]:
    old = _before()
    statements = _guard(
        "places",
        f"""
        IF TG_OP <> 'DELETE' AND NOT NEW.is_drop_in THEN
            occupied_by := (NEW.state IN {OCCUPYING})::int;
            waiting_by := (NEW.state = 'waiting')::int;
            touched := NEW.run_id;
        END IF;
        IF TG_OP <> 'INSERT' AND NOT OLD.is_drop_in THEN
            occupied_by := occupied_by - (OLD.state IN {OCCUPYING})::int;
            waiting_by := waiting_by - (OLD.state = 'waiting')::int;
            touched := OLD.run_id;
        END IF;
        IF occupied_by <> 0 OR waiting_by <> 0 THEN
            UPDATE run SET occupied = occupied + occupied_by, waiting = waiting + waiting_by WHERE id = touched;
        END IF;
        RETURN NULL;""",
        ["AFTER INSERT OR DELETE OR UPDATE OF state ON enrolment"],
        declare="occupied_by int := 0; waiting_by int := 0; touched uuid;",
    )
    statements += _guard(
        "order_enrolment",
        f"""
        IF NEW.is_drop_in THEN RETURN NEW; END IF;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.state = 'waiting' AND NEW.state IN {OCCUPYING} AND EXISTS ({old.PLACED_WITHOUT_OFFER}) THEN
                RAISE EXCEPTION 'nobody_overtakes' USING ERRCODE = '23514';
            END IF;
            IF OLD.state <> 'requested' THEN RETURN NEW; END IF;
        END IF;
        IF NEW.state IN ('held', 'confirmed') AND EXISTS ({old.OVERTAKEN_BY_NEWCOMER}) THEN
            RAISE EXCEPTION 'nobody_overtakes' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;""",
        ["BEFORE INSERT OR UPDATE OF state ON enrolment"],
    )
    statements += _guard(
        "room_run",
        _refuse_when(f"EXISTS ({ROOM_IS_SMALL.format(which='run.id = NEW.id')})", "room_too_small"),
        ["AFTER UPDATE OF capacity, drop_in_places, room_override_reason ON run"],
    )
    statements += _guard(
        "room_session",
        _refuse_when(f"EXISTS ({ROOM_IS_SMALL.format(which='session.id = NEW.id')})", "room_too_small"),
        ["AFTER INSERT OR UPDATE OF room_id, state, run_id ON session"],
    )
    statements += _guard(
        "drop_ins",
        f"""
        IF TG_OP <> 'DELETE' THEN
            moved := {COUNTS.format(row="NEW")}::int;
            touched := NEW.session_id;
        END IF;
        IF TG_OP <> 'INSERT' THEN
            moved := moved - {COUNTS.format(row="OLD")}::int;
            touched := OLD.session_id;
        END IF;
        IF moved <> 0 THEN UPDATE session SET drop_ins = drop_ins + moved WHERE id = touched; END IF;
        RETURN NULL;""",
        ["AFTER INSERT OR DELETE OR UPDATE OF ended_at ON enrolment_session"],
        declare="moved int := 0; touched uuid;",
    )
    statements += _guard(
        "drop_ins_state",
        f"""
        moved := (NEW.state IN {OCCUPYING})::int - (OLD.state IN {OCCUPYING})::int;
        IF NEW.is_drop_in AND moved <> 0 THEN
            UPDATE session SET drop_ins = drop_ins + moved WHERE id IN (
                SELECT session_id FROM enrolment_session WHERE enrolment_id = NEW.id AND ended_at IS NULL);
        END IF;
        RETURN NULL;""",
        ["AFTER UPDATE OF state ON enrolment"],
        declare="moved int;",
    )
    statements += _guard(
        "drop_ins_end",
        "DELETE FROM enrolment_session WHERE enrolment_id = OLD.id; RETURN OLD;",
        ["BEFORE DELETE ON enrolment"],
    )
    statements += _guard(
        "drop_in_row",
        _refuse_when(IS_FOREIGN.format(drop_in="enrolment.is_drop_in"), "drop_in_of_another_run"),
        ["BEFORE INSERT ON enrolment_session"],
    )
    statements += _guard(
        "drop_in_kind",
        _refuse_when("NEW.is_drop_in <> OLD.is_drop_in", "drop_in_stays_so"),
        ["BEFORE UPDATE OF is_drop_in ON enrolment"],
    )
    statements += _guard(
        "drop_in_state",
        _refuse_when(f"NEW.is_drop_in AND NEW.state IN {NEVER}", "drop_in_never_waits"),
        ["BEFORE INSERT OR UPDATE OF state ON enrolment"],
    )
    # shared with whoever counts at the same time, and kept from whoever is about to change the number of places
    statements += _guard(
        "drop_in_places",
        _refuse_when(TOO_MANY.format(lock=" FOR SHARE"), "drop_ins_full"),
        ["BEFORE UPDATE OF drop_ins ON session"],
    )
    statements += _guard(
        "drop_in_run",
        _refuse_when(BELOW_TAKEN, "drop_ins_below_taken"),
        ["AFTER UPDATE OF drop_in_places, drop_in_price_cents ON run"],
    )
    for name, columns, count in (
        ("session_update", SHOWN_OF_SESSION, "programme"),
        ("session_drop_ins", "drop_ins", "places"),
    ):
        statements.append(
            f"CREATE TRIGGER guard_change_{name} AFTER UPDATE OF {columns} ON session FOR EACH STATEMENT"
            f" EXECUTE FUNCTION guard_change_{count}()"
        )
    return statements


def _moved(states: str, *, now: int, before: int) -> str:
    return f"({f'(NEW.state IN {states})' if now else 0} - {f'(OLD.state IN {states})' if before else 0})"


def _refuse_when(condition: str, name: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23514'; END IF; RETURN NEW;"


def _guard(name: str, body: str, when: list[str], declare: str = "") -> list[str]:
    head = f"DECLARE {declare}" if declare else ""
    function = (
        f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {head} BEGIN {body} END $$"
    )
    triggers = [
        f"CREATE TRIGGER guard_{name} {moment} FOR EACH ROW EXECUTE FUNCTION guard_{name}()"
        for moment in when
    ]
    return [function, *triggers]
