"""Lend devices

An agreement is kept byte for byte as it was accepted: the database refuses to change or to delete it, on both engines.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFUSAL = "agreement_is_accepted"


def upgrade() -> None:
    op.create_table(
        "loan",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("class", "home", name="loanpurpose", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "out",
                "returned",
                "lost",
                "cancelled",
                name="loanstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_out_by", sa.Uuid(), nullable=True),
        sa.Column("condition_out", sa.String(), nullable=False),
        sa.Column(
            "accessories_out",
            sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_to", sa.Uuid(), nullable=True),
        sa.Column("condition_in", sa.String(), nullable=False),
        sa.Column(
            "accessories_in",
            sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "accessories_missing",
            sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wiped_by", sa.Uuid(), nullable=True),
        sa.Column("terms_version", sa.String(), nullable=False),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms_way", sa.String(), nullable=False),
        sa.Column("terms_name", sa.String(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < due_at", name=op.f("ck_loan_period")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_loan_device_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_loan_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_loan_run_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_loan_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("reference", name=op.f("uq_loan_reference")),
    )
    op.create_index("ix_loan_device", "loan", ["device_id", "starts_at"], unique=False)
    op.create_index("ix_loan_person", "loan", ["person_id"], unique=False)
    op.create_index("ix_loan_run_id", "loan", ["run_id"], unique=False)
    op.create_index("ix_loan_session_id", "loan", ["session_id"], unique=False)
    op.create_index("ix_loan_state", "loan", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_loan_out",
        "loan",
        ["device_id"],
        unique=True,
        postgresql_where=sa.text("state = 'out'"),
        sqlite_where=sa.text("state = 'out'"),
    )
    op.create_table(
        "loan_agreement",
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_agreement_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_agreement")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_loan_agreement_loan_id")),
    )
    op.create_table(
        "lending_block",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_lending_block_loan_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lending_block_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_block")),
    )
    op.create_index("ix_lending_block_person_id", "lending_block", ["person_id"], unique=False)
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("lending_block")
    op.drop_table("loan_agreement")
    op.drop_table("loan")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_loan_agreement_unchanging()")


def _sqlite() -> list[str]:
    return [
        f"""
        CREATE TRIGGER guard_loan_agreement_{moment.lower()} BEFORE {moment} ON loan_agreement
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
        for moment in ("UPDATE", "DELETE")
    ]


def _postgresql() -> list[str]:
    return [
        f"""
        CREATE FUNCTION guard_loan_agreement_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23514'; END $$""",
        """
        CREATE TRIGGER guard_loan_agreement_unchanging BEFORE UPDATE OR DELETE ON loan_agreement
        FOR EACH ROW EXECUTE FUNCTION guard_loan_agreement_unchanging()""",
    ]
