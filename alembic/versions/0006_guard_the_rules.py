"""Guard the rules

What must always hold is kept by the database itself, on both engines: places are counted by triggers against a check,
reservations never overlap, nobody overtakes on a waiting list, what is issued or written down never changes.
Every refusal carries a name, which the services turn into a sentence.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OCCUPYING = "('held', 'confirmed', 'offered')"

# The order of a waiting list (domain rule 3). An offer passes over somebody ahead who fits as well and has none yet;
PASSED_OVER = """SELECT 1 FROM party AS mine JOIN party AS other ON other.run_id = mine.run_id
    AND other.position < mine.position AND other.size <= mine.size
    JOIN enrolment ON enrolment.party_id = other.id AND enrolment.state = 'waiting'
    WHERE mine.id = NEW.party_id
    AND NOT EXISTS (SELECT 1 FROM offer WHERE offer.party_id = other.id AND offer.state = 'open')"""
# who waits gets a place only through an offer;
PLACED_WITHOUT_OFFER = """SELECT 1 WHERE NEW.state <> 'offered'
    OR NOT EXISTS (SELECT 1 FROM offer WHERE offer.party_id = NEW.party_id AND offer.state = 'open')"""
# and a newcomer overtakes whoever waits and needs no more places than the newcomer takes.
OVERTAKEN_BY_NEWCOMER = """SELECT 1 FROM party AS mine JOIN party AS other ON other.run_id = mine.run_id
    AND other.id <> mine.id AND other.size <= mine.size
    JOIN enrolment ON enrolment.party_id = other.id AND enrolment.state = 'waiting'
    WHERE mine.id = NEW.party_id"""

# table, what may still change (none: nothing), name of the refusal
UNCHANGING = {
    "audit_entry": ((), "audit_is_append_only"),
    "audit_seal": ((), "audit_is_append_only"),
    "list_event": ((), "history_is_append_only"),
    "ledger_entry": ((), "ledger_is_append_only"),
    "invoice": ((), "invoice_is_issued"),
    "invoice_document": ((), "invoice_is_issued"),
    "certificate": (("state", "ended_at", "ended_reason", "replaced_by"), "certificate_is_issued"),
}
CERTIFICATE_FACTS = (
    "id", "year", "counter", "number", "code", "kind", "enrolment_id", "person_id", "run_id", "facts", "language",
    "document", "sha256", "signature", "key_id", "issued_at", "issued_by",
)  # fmt: skip

RESOURCES = ("room_id", "device_id", "trainer_id")


# What the public pages show (see CatalogueChange). A run's `occupied` and `waiting` are counted apart.
SHOWN = (
    "course", "course_audience", "course_topic", "outcome", "topic", "session", "run_trainer", "trainer", "venue", "room",
)  # fmt: skip
PLACES_MOVED = "NEW.occupied <> OLD.occupied OR NEW.waiting <> OLD.waiting"


def upgrade() -> None:
    for name in ("programme", "places", "words"):
        op.execute(f"INSERT INTO catalogue_change (name, amount) VALUES ('{name}', 1)")
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        names = bind.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            op.execute(f"DROP TRIGGER {name}")
        return
    for column in RESOURCES:
        op.execute(f"ALTER TABLE reservation DROP CONSTRAINT reservation_overlap_{column}")
    triggers = bind.exec_driver_sql(
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'guard_%%'"
    ).all()
    for name, table in triggers:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    functions = (
        bind.exec_driver_sql("SELECT proname FROM pg_proc WHERE proname LIKE 'guard_%%'").scalars().all()
    )
    for name in functions:
        op.execute(f"DROP FUNCTION {name}()")


def _sqlite() -> list[str]:
    statements = []
    for moment, now, before in (("INSERT", 1, 0), ("UPDATE OF state", 1, 1), ("DELETE", 0, 1)):
        occupied = _moved(
            "(NEW.state IN {places})" if now else "0", "(OLD.state IN {places})" if before else "0"
        )
        waiting = _moved(
            "(NEW.state = 'waiting')" if now else "0", "(OLD.state = 'waiting')" if before else "0"
        )
        statements.append(f"""
            CREATE TRIGGER guard_places_{moment.split()[0].lower()} AFTER {moment} ON enrolment
            WHEN {occupied} <> 0 OR {waiting} <> 0
            BEGIN
                UPDATE run SET occupied = occupied + {occupied}, waiting = waiting + {waiting}
                WHERE id = {"NEW" if now else "OLD"}.run_id;
            END""")
    for moment in ("INSERT", "UPDATE"):
        for column in RESOURCES:
            statements.append(f"""
                CREATE TRIGGER guard_reservation_{column}_{moment.lower()} BEFORE {moment} ON reservation
                WHEN NEW.state = 'firm' AND NEW.{column} IS NOT NULL
                BEGIN
                    SELECT RAISE(ABORT, 'reservation_overlap_{column}') WHERE EXISTS (
                        SELECT 1 FROM reservation WHERE {column} = NEW.{column} AND state = 'firm' AND id <> NEW.id
                        AND starts_at < NEW.ends_at AND NEW.starts_at < ends_at);
                END""")
    statements.append(f"""
        CREATE TRIGGER guard_order_offer BEFORE INSERT ON offer BEGIN
            SELECT RAISE(ABORT, 'nobody_overtakes') WHERE EXISTS ({PASSED_OVER});
        END""")
    statements.append(f"""
        CREATE TRIGGER guard_order_promotion BEFORE UPDATE OF state ON enrolment
        WHEN OLD.state = 'waiting' AND NEW.state IN {OCCUPYING} BEGIN
            SELECT RAISE(ABORT, 'nobody_overtakes') WHERE EXISTS ({PLACED_WITHOUT_OFFER});
        END""")
    for moment, before in (("INSERT", ""), ("UPDATE OF state", "OLD.state = 'requested' AND")):
        statements.append(f"""
            CREATE TRIGGER guard_order_newcomer_{moment.split()[0].lower()} BEFORE {moment} ON enrolment
            WHEN {before} NEW.state IN ('held', 'confirmed') BEGIN
                SELECT RAISE(ABORT, 'nobody_overtakes') WHERE EXISTS ({OVERTAKEN_BY_NEWCOMER});
            END""")
    for moment in ("INSERT", "UPDATE OF position"):
        statements.append(f"""
            CREATE TRIGGER guard_party_position_{moment.split()[0].lower()} BEFORE {moment} ON party BEGIN
                SELECT RAISE(ABORT, 'nobody_overtakes') WHERE NEW.position <=
                    (SELECT max(position) FROM party WHERE run_id = NEW.run_id AND id <> NEW.id);
            END""")
    for table, (mutable, name) in UNCHANGING.items():
        if mutable:
            changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in CERTIFICATE_FACTS)
            condition = f"WHEN {changed} OR OLD.state <> 'issued'"
        else:
            condition = ""
        statements.append(f"""
            CREATE TRIGGER guard_{table}_update BEFORE UPDATE ON {table} {condition}
            BEGIN SELECT RAISE(ABORT, '{name}'); END""")
        statements.append(f"""
            CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{name}'); END""")
    statements.append("""
        CREATE TRIGGER guard_invoice_number BEFORE INSERT ON invoice BEGIN
            SELECT RAISE(ABORT, 'numbers_are_gapless') WHERE NEW.counter <>
                (SELECT coalesce(max(counter), 0) + 1 FROM invoice WHERE series = NEW.series AND year = NEW.year);
        END""")
    room_is_small = """
        SELECT RAISE(ABORT, 'room_too_small') WHERE EXISTS (
            SELECT 1 FROM session JOIN room ON room.id = session.room_id JOIN run ON run.id = session.run_id
            WHERE {which} AND session.state = 'planned' AND room.seats < run.capacity AND run.room_override_reason = '');"""
    statements.append(
        "CREATE TRIGGER guard_room_run AFTER UPDATE OF capacity, room_override_reason ON run BEGIN"
        + room_is_small.format(which="run.id = NEW.id") + " END"
    )  # fmt: skip
    for moment in ("INSERT", "UPDATE OF room_id, state, run_id"):
        statements.append(
            f"CREATE TRIGGER guard_room_session_{moment.split()[0].lower()} AFTER {moment} ON session BEGIN"
            + room_is_small.format(which="session.id = NEW.id") + " END"
        )  # fmt: skip
    # one writer at a time anyway, so one row for each count will do
    for trigger, moment, table, name in _changes():
        statements.append(
            f"CREATE TRIGGER guard_change_{trigger} AFTER {moment} ON {table}"
            f" BEGIN UPDATE catalogue_change SET amount = amount + 1 WHERE name = '{name}'; END"
        )
    return statements


def _changes() -> list[tuple[str, str, str, str]]:
    """Each as: name of the trigger, moment, table with its condition, name of the count."""
    return [
        *(
            (f"{table}_{moment.lower()}", moment, table, "programme")
            for table in (*SHOWN, "run")
            for moment in ("INSERT", "UPDATE", "DELETE")
            if (table, moment) != ("run", "UPDATE")
        ),
        ("run_update", "UPDATE", f"run WHEN NOT ({PLACES_MOVED})", "programme"),
        ("run_places", "UPDATE", f"run WHEN {PLACES_MOVED}", "places"),
        ("person_update", "UPDATE OF given_name, family_name", "person", "programme"),
    ]


def _postgresql() -> list[str]:
    statements = ["CREATE EXTENSION IF NOT EXISTS btree_gist"]
    statements += [
        f"""ALTER TABLE reservation ADD CONSTRAINT reservation_overlap_{column}
            EXCLUDE USING gist ({column} WITH =, tstzrange(starts_at, ends_at) WITH &&)
            WHERE (state = 'firm' AND {column} IS NOT NULL)"""
        for column in RESOURCES
    ]
    statements += _guard(
        "places",
        f"""
        IF TG_OP <> 'DELETE' THEN
            occupied_by := (NEW.state IN {OCCUPYING})::int;
            waiting_by := (NEW.state = 'waiting')::int;
            touched := NEW.run_id;
        END IF;
        IF TG_OP <> 'INSERT' THEN
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
        "order_offer", _refuse_if(PASSED_OVER, "nobody_overtakes"), ["BEFORE INSERT ON offer"]
    )
    statements += _guard(
        "order_enrolment",
        f"""
        IF TG_OP = 'UPDATE' THEN
            IF OLD.state = 'waiting' AND NEW.state IN {OCCUPYING} AND EXISTS ({PLACED_WITHOUT_OFFER}) THEN
                RAISE EXCEPTION 'nobody_overtakes' USING ERRCODE = '23514';
            END IF;
            IF OLD.state <> 'requested' THEN RETURN NEW; END IF;
        END IF;
        IF NEW.state IN ('held', 'confirmed') AND EXISTS ({OVERTAKEN_BY_NEWCOMER}) THEN
            RAISE EXCEPTION 'nobody_overtakes' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;""",
        ["BEFORE INSERT OR UPDATE OF state ON enrolment"],
    )
    statements += _guard(
        "party_position",
        _refuse_if(
            "SELECT 1 FROM party WHERE run_id = NEW.run_id AND id <> NEW.id HAVING NEW.position <= max(position)",
            "nobody_overtakes",
        ),
        ["BEFORE INSERT OR UPDATE OF position ON party"],
    )
    for table, (mutable, name) in UNCHANGING.items():
        if mutable:
            facts = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in CERTIFICATE_FACTS)
            condition = (
                f"IF TG_OP = 'UPDATE' AND NOT ({facts} OR OLD.state <> 'issued') THEN RETURN NEW; END IF;"
            )
        else:
            condition = ""
        statements += _guard(
            f"{table}_unchanging",
            f"{condition} RAISE EXCEPTION '{name}' USING ERRCODE = '23514';",
            [f"BEFORE UPDATE OR DELETE ON {table}"],
        )
    statements += _guard(
        "invoice_number",
        _refuse_if(
            "SELECT 1 FROM invoice WHERE series = NEW.series AND year = NEW.year"
            " HAVING NEW.counter <> coalesce(max(counter), 0) + 1",
            "numbers_are_gapless",
        ),
        ["BEFORE INSERT ON invoice"],
    )
    room_is_small = """SELECT 1 FROM session JOIN room ON room.id = session.room_id JOIN run ON run.id = session.run_id
        WHERE {which} AND session.state = 'planned' AND room.seats < run.capacity AND run.room_override_reason = ''"""
    statements += _guard(
        "room_run",
        _refuse_if(room_is_small.format(which="run.id = NEW.id"), "room_too_small"),
        ["AFTER UPDATE OF capacity, room_override_reason ON run"],
    )
    statements += _guard(
        "room_session",
        _refuse_if(room_is_small.format(which="session.id = NEW.id"), "room_too_small"),
        ["AFTER INSERT OR UPDATE OF room_id, state, run_id ON session"],
    )
    for name in ("programme", "places"):
        statements.append(f"""
            CREATE FUNCTION guard_change_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO catalogue_change (name, amount) VALUES ('{name}', 1); RETURN NULL;
            END $$""")
    for trigger, moment, table, name in _changes():
        plain, _, condition = table.partition(" WHEN ")
        each = f"ROW WHEN ({condition})" if condition else "STATEMENT"
        statements.append(
            f"CREATE TRIGGER guard_change_{trigger} AFTER {moment} ON {plain} FOR EACH {each}"
            f" EXECUTE FUNCTION guard_change_{name}()"
        )
    return statements


def _refuse_if(query: str, name: str) -> str:
    return f"IF EXISTS ({query}) THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23514'; END IF; RETURN NEW;"


def _moved(now: str, before: str) -> str:
    return f"({now} - {before})".format(places=OCCUPYING)


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
