"""Count hours for funders

Funding lines and which hour belongs to which, reports that are handed in, and their documents. What was handed in never changes, and
an hour that was reported never goes to another line.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0071"
down_revision: str | None = "0070"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_MEANS = UUID("00000000-0000-4000-8000-000000000071")
UNCHANGING = {"funding_change": "history_is_kept", "report_document": "report_is_final"}
REPORTED, FINAL = "hour_is_reported", "report_is_final"
FROZEN = (
    "kind", "subject", "first_day", "last_day", "made_at", "line_id", "version", "replaces_id", "why", "data", "sha256",
    "definition", "code", "handed_in_at", "handed_in_by", "handed_in_by_name", "reason",
)  # fmt: skip
MOMENT = sa.DateTime(timezone=True)


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    lines = op.create_table(
        "funding_line",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("funder", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("budget_units", sa.Integer(), nullable=True),
        sa.Column("budget_cents", sa.Integer(), nullable=True),
        sa.Column("pays", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on",
            name=op.f("ck_funding_line_period"),
        ),
        sa.CheckConstraint("budget_units IS NULL OR budget_units > 0", name=op.f("ck_funding_line_units")),
        sa.CheckConstraint("budget_cents IS NULL OR budget_cents > 0", name=op.f("ck_funding_line_cents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_line")),
        sa.UniqueConstraint("name", name=op.f("uq_funding_line_name")),
    )
    op.bulk_insert(
        lines,
        [{"id": OWN_MEANS, "name": "Grundversorgung/eigene Mittel", "funder": "Stadt", "programme": "", "pays": "", "version": 1}],
    )  # fmt: skip
    op.create_table(
        "report",
        sa.Column("kind", _kind("reportkind", "year", "funder"), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", _kind("reportstate", "draft", "handed_in", "replaced"), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=True),
        sa.Column("handed_in_by", sa.Uuid(), nullable=True),
        sa.Column("handed_in_by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_report_period")),
        sa.CheckConstraint("(state = 'draft') = (handed_in_at IS NULL)", name=op.f("ck_report_handed_in")),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_report_line_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["report.id"], name=op.f("fk_report_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("subject", "version", name=op.f("uq_report_subject")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_report_replaces_id")),
    )
    op.create_index(op.f("ix_report_line_id"), "report", ["line_id"])
    for name, state in (("uq_report_draft", "draft"), ("uq_report_valid", "handed_in")):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "report", ["subject"], unique=True, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "report_document",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("form", _kind("documentform", "pdf", "xlsx"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_document_report_id")),
        sa.PrimaryKeyConstraint("report_id", "form", name=op.f("pk_report_document")),
    )
    op.create_table(
        "funding_run",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_funding_run_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funding_run_line_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_funding_run")),
    )
    op.create_index(op.f("ix_funding_run_line_id"), "funding_run", ["line_id"])
    op.create_table(
        "funding_share",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_funding_share_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["line_id"], ["funding_line.id"], name=op.f("fk_funding_share_line_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_funding_share_report_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_funding_share")),
    )
    op.create_index(op.f("ix_funding_share_line_id"), "funding_share", ["line_id"])
    op.create_index(op.f("ix_funding_share_report_id"), "funding_share", ["report_id"])
    op.create_table(
        "funding_change",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("from_line_id", sa.Uuid(), nullable=True),
        sa.Column("to_line_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_change")),
    )
    op.create_index(op.f("ix_funding_change_run_id"), "funding_change", ["run_id"])
    op.create_index(op.f("ix_funding_change_changed_at"), "funding_change", ["changed_at"])
    keep_unchanged(UNCHANGING)
    for statement in _guards():
        op.execute(statement)


def _guards() -> Sequence[str]:
    if op.get_bind().dialect.name == "sqlite":
        differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN)
        return (
            (
                f"CREATE TRIGGER guard_report_update BEFORE UPDATE ON report WHEN OLD.state <> 'draft' AND (NEW.state <> 'replaced'"
                f" OR {differs}) BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            ),
            (
                f"CREATE TRIGGER guard_report_delete BEFORE DELETE ON report WHEN OLD.state <> 'draft'"
                f" BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            ),
            (
                f"CREATE TRIGGER guard_funding_share_update BEFORE UPDATE ON funding_share WHEN OLD.report_id IS NOT NULL AND"
                f" (NEW.line_id <> OLD.line_id OR NEW.report_id IS NULL) BEGIN SELECT RAISE(ABORT, '{REPORTED}'); END"
            ),
            (
                f"CREATE TRIGGER guard_funding_share_delete BEFORE DELETE ON funding_share WHEN OLD.report_id IS NOT NULL"
                f" BEGIN SELECT RAISE(ABORT, '{REPORTED}'); END"
            ),
        )
    differs = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FROZEN)
    return (
        f"""
        CREATE FUNCTION guard_report() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state <> 'draft' THEN
                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{FINAL}' USING ERRCODE = '23514'; END IF;
                IF NEW.state <> 'replaced' OR {differs} THEN RAISE EXCEPTION '{FINAL}' USING ERRCODE = '23514'; END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$""",
        "CREATE TRIGGER guard_report BEFORE UPDATE OR DELETE ON report FOR EACH ROW EXECUTE FUNCTION guard_report()",
        f"""
        CREATE FUNCTION guard_funding_share() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.report_id IS NOT NULL THEN
                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{REPORTED}' USING ERRCODE = '23514'; END IF;
                IF NEW.line_id <> OLD.line_id OR NEW.report_id IS NULL THEN
                    RAISE EXCEPTION '{REPORTED}' USING ERRCODE = '23514';
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$""",
        (
            "CREATE TRIGGER guard_funding_share BEFORE UPDATE OR DELETE ON funding_share"
            " FOR EACH ROW EXECUTE FUNCTION guard_funding_share()"
        ),
    )


def downgrade() -> None:
    for table in (
        "funding_change",
        "funding_share",
        "funding_run",
        "report_document",
        "report",
        "funding_line",
    ):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_report()")
        op.execute("DROP FUNCTION guard_funding_share()")
