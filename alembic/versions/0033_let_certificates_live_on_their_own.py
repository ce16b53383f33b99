"""Let certificates live on their own

A certificate points to course, person and enrolment without foreign keys: they may go, it stays. It carries its badge, its
place in the status list, its seal, and how long it counts and is kept. What is over leaves nothing but that it was there.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FACTS = (
    "id", "year", "counter", "number", "code", "kind", "subject", "enrolment_id", "person_id", "run_id", "facts", "language",
    "document", "sha256", "signature", "key_id", "issued_at", "issued_by", "kept_until", "design", "credential",
    "status_index", "seal", "valid_until",
)  # fmt: skip
FACTS_BEFORE = (
    "id", "year", "counter", "number", "code", "kind", "enrolment_id", "person_id", "run_id", "facts", "language",
    "document", "sha256", "signature", "key_id", "issued_at", "issued_by",
)  # fmt: skip
ENDED = ("state", "ended_at", "ended_reason", "replaced_by")
POINTERS = ("enrolment_id", "person_id", "run_id")
STANDING = sa.text("state = 'issued'")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    _unguard()
    op.create_table(
        "expired_record",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expired_on", sa.Date(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("was_revoked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expired_record")),
        sa.UniqueConstraint("code", name=op.f("uq_expired_record_code")),
    )
    with op.batch_alter_table("certificate") as table:
        table.drop_index("uq_certificate_standing")
        for pointer in POINTERS:
            table.drop_constraint(f"fk_certificate_{pointer}", type_="foreignkey")
            table.alter_column(pointer, existing_type=sa.Uuid(), nullable=True)
        table.drop_constraint("fk_certificate_replaced_by", type_="foreignkey")
        table.add_column(sa.Column("subject", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("kept_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("design", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("credential", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
        table.add_column(sa.Column("seal", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        table.add_column(
            sa.Column(
                "shown_name",
                sa.Enum("full", "initials", "hidden", name="shownname", native_enum=False, length=32),
                nullable=False,
                server_default="full",
            )
        )
        table.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint(op.f("uq_certificate_status_index"), ["status_index"])
    op.execute(
        "UPDATE certificate SET subject = 'enrolment/' || replace(CAST(enrolment_id AS VARCHAR), '-', '') || '/taking-part'"
    )
    op.execute(
        "UPDATE certificate SET kept_until = date(issued_at, '+10 years')"
        if _is_sqlite()
        else "UPDATE certificate SET kept_until = (issued_at + interval '10 years')::date"
    )
    with op.batch_alter_table("certificate") as table:
        table.alter_column("kept_until", existing_type=sa.Date(), nullable=False)
        table.alter_column("subject", existing_type=sa.String(), server_default=None)
        table.create_index(
            "uq_certificate_standing",
            ["subject"],
            unique=True,
            postgresql_where=STANDING,
            sqlite_where=STANDING,
        )
        table.create_index(table.f("ix_certificate_valid_until"), ["valid_until"])
    _upgrade_batches()
    _guard()


def _upgrade_batches() -> None:
    # what waited without a number is asked for anew: the button is still there
    op.execute("DELETE FROM job WHERE kind = 'task:issue-certificate'")
    op.execute("UPDATE batch SET finished_at = started_at WHERE finished_at IS NULL AND id IN"
               " (SELECT batch_id FROM batch_item WHERE state = 'waiting' AND code IS NULL)")  # fmt: skip
    op.execute("DELETE FROM batch_item WHERE state = 'waiting' AND code IS NULL")
    with op.batch_alter_table("batch") as table:
        table.drop_constraint("fk_batch_run_id", type_="foreignkey")
        table.alter_column("run_id", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("title", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("design_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("tells", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("batch_item") as table:
        table.drop_constraint("uq_batch_item_batch_id_enrolment_id", type_="unique")
        table.drop_constraint("fk_batch_item_enrolment_id", type_="foreignkey")
        table.drop_constraint("fk_batch_item_certificate_id", type_="foreignkey")
        table.alter_column("enrolment_id", existing_type=sa.Uuid(), nullable=True)
        table.alter_column("reason", existing_type=sa.String(), type_=sa.Text())
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="attendance"))
        table.add_column(sa.Column("subject", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("person_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("run_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("language", sa.String(), nullable=False, server_default=""))
        table.add_column(
            sa.Column(
                "particulars",
                sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default="{}",
            )
        )
        table.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE batch_item SET subject = 'enrolment/' || replace(CAST(enrolment_id AS VARCHAR), '-', '') || '/taking-part',"
        " person_id = (SELECT person_id FROM enrolment WHERE enrolment.id = batch_item.enrolment_id),"
        " run_id = (SELECT run_id FROM enrolment WHERE enrolment.id = batch_item.enrolment_id)"
    )
    with op.batch_alter_table("batch_item") as table:
        table.create_unique_constraint(op.f("uq_batch_item_batch_id_subject"), ["batch_id", "subject"])
        table.create_index(table.f("ix_batch_item_enrolment_id"), ["enrolment_id"])
        table.create_index(
            "uq_batch_item_waiting",
            ["subject"],
            unique=True,
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        )


def downgrade() -> None:
    _unguard()
    op.execute("DELETE FROM batch_item WHERE enrolment_id IS NULL OR certificate_id IN"
               " (SELECT id FROM certificate WHERE enrolment_id IS NULL OR run_id IS NULL OR person_id IS NULL)")  # fmt: skip
    op.execute("DELETE FROM batch WHERE run_id IS NULL")
    op.execute("DELETE FROM certificate WHERE enrolment_id IS NULL OR run_id IS NULL OR person_id IS NULL")
    with op.batch_alter_table("batch_item") as table:
        table.drop_index("uq_batch_item_waiting")
        table.drop_index("ix_batch_item_enrolment_id")
        table.drop_constraint("uq_batch_item_batch_id_subject", type_="unique")
        for column in ("kind", "subject", "person_id", "run_id", "language", "particulars", "replaces_id", "status_index"):  # fmt: skip
            table.drop_column(column)
        table.alter_column("enrolment_id", existing_type=sa.Uuid(), nullable=False)
        table.alter_column("reason", existing_type=sa.Text(), type_=sa.String())
        table.create_unique_constraint("uq_batch_item_batch_id_enrolment_id", ["batch_id", "enrolment_id"])
        table.create_foreign_key("fk_batch_item_enrolment_id", "enrolment", ["enrolment_id"], ["id"])
        table.create_foreign_key("fk_batch_item_certificate_id", "certificate", ["certificate_id"], ["id"])
    with op.batch_alter_table("batch") as table:
        for column in ("title", "design_id", "tells"):
            table.drop_column(column)
        table.alter_column("run_id", existing_type=sa.Uuid(), nullable=False)
        table.create_foreign_key("fk_batch_run_id", "run", ["run_id"], ["id"])
    with op.batch_alter_table("certificate") as table:
        table.drop_index("ix_certificate_valid_until")
        table.drop_index("uq_certificate_standing")
        table.drop_constraint("uq_certificate_status_index", type_="unique")
        for column in (
            "subject", "kept_until", "design", "credential", "status_index", "seal", "valid_until", "shown_name", "reminded_at",
        ):  # fmt: skip
            table.drop_column(column)
        for pointer, target in zip(POINTERS, ("enrolment", "person", "run"), strict=True):
            table.alter_column(pointer, existing_type=sa.Uuid(), nullable=False)
            table.create_foreign_key(f"fk_certificate_{pointer}", target, [pointer], ["id"])
        table.create_foreign_key("fk_certificate_replaced_by", "certificate", ["replaced_by"], ["id"])
        table.create_index(
            "uq_certificate_standing",
            ["enrolment_id", "kind"],
            unique=True,
            postgresql_where=STANDING,
            sqlite_where=STANDING,
        )
    op.drop_table("expired_record")
    _guard_as_before()


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _unguard() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER guard_certificate_update")
        op.execute("DROP TRIGGER guard_certificate_delete")
    else:
        op.execute("DROP TRIGGER guard_certificate_unchanging ON certificate")
        op.execute("DROP FUNCTION guard_certificate_unchanging()")


def _guard() -> None:
    """Facts never change, an ended certificate stays ended; a row goes only when it is known to have expired."""
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in FACTS)
    again = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in ENDED)
    _install(
        f"{changed} OR (OLD.state <> 'issued' AND ({again}))",
        "EXISTS (SELECT 1 FROM expired_record WHERE expired_record.code = OLD.code)",
    )


def _guard_as_before() -> None:
    """In the very words of the migration that made it (0006)."""
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in FACTS_BEFORE)
    _install(f"{changed} OR OLD.state <> 'issued'")


def _install(refused: str, may_go: str = "") -> None:
    if _is_sqlite():
        condition = f"WHEN NOT {may_go} " if may_go else ""
        op.execute(
            f"CREATE TRIGGER guard_certificate_update BEFORE UPDATE ON certificate WHEN {refused}"
            " BEGIN SELECT RAISE(ABORT, 'certificate_is_issued'); END"
        )
        op.execute(
            f"CREATE TRIGGER guard_certificate_delete BEFORE DELETE ON certificate {condition}BEGIN"
            " SELECT RAISE(ABORT, 'certificate_is_issued'); END"
        )
        return
    may = f" IF TG_OP = 'DELETE' AND {may_go} THEN RETURN OLD; END IF;" if may_go else ""
    op.execute(
        "CREATE FUNCTION guard_certificate_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' AND NOT ({refused}) THEN RETURN NEW; END IF;{may}"
        " RAISE EXCEPTION 'certificate_is_issued' USING ERRCODE = '23514'; END $$"
    )
    op.execute(
        "CREATE TRIGGER guard_certificate_unchanging BEFORE UPDATE OR DELETE ON certificate"
        " FOR EACH ROW EXECUTE FUNCTION guard_certificate_unchanging()"
    )
