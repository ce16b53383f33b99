"""Sell seats to companies

A company orders seats and names people later; links let its staff name themselves; one invoice covers what was ordered
together; a run can be closed to everybody but one company. What was issued still never changes: `invoice_share` says
which enrolments a document covers, and is as unchangeable as the document.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFUSED = "invoice_is_issued"


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "run": [
            sa.Column("company_id", sa.Uuid(), nullable=True),
            sa.Column("naming_days", sa.Integer(), nullable=False, server_default="0"),
        ],
        "invoice": [sa.Column("order_id", sa.Uuid(), nullable=True)],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_invoice_order_id", "invoice", ["order_id"])
    op.create_table(
        "invoice_share",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_share_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "enrolment_id", name=op.f("pk_invoice_share")),
    )
    op.create_index("ix_invoice_share_enrolment_id", "invoice_share", ["enrolment_id"])
    op.create_table(
        "seat_order",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("terms_version", sa.String(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("wanted > 0", name=op.f("ck_seat_order_wanted")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_seat_order_company_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["person.id"], name=op.f("fk_seat_order_contact_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_seat_order_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_order")),
    )
    for column in ("run_id", "company_id", "contact_id"):
        op.create_index(f"ix_seat_order_{column}", "seat_order", [column])
    op.create_table(
        "seat_link",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= places", name=op.f("ck_seat_link_used")),
        sa.ForeignKeyConstraint(["order_id"], ["seat_order.id"], name=op.f("fk_seat_link_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_link")),
    )
    op.create_index("ix_seat_link_order_id", "seat_link", ["order_id"])
    op.create_table(
        "seat_notice",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_seat_notice_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_notice_person_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "person_id", name=op.f("pk_seat_notice")),
    )
    op.create_index("ix_seat_notice_person_id", "seat_notice", ["person_id"])
    op.create_table(
        "company_invitation",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_invitation_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_invitation")),
    )
    op.create_index("ix_company_invitation_company_id", "company_invitation", ["company_id"])
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for moment in ("update", "delete"):
            op.execute(f"DROP TRIGGER guard_invoice_share_{moment}")
    else:
        op.execute("DROP TRIGGER guard_invoice_share_unchanging ON invoice_share")
        op.execute("DROP FUNCTION guard_invoice_share_unchanging()")
    for table in ("company_invitation", "seat_notice", "seat_link", "seat_order", "invoice_share"):
        op.drop_table(table)
    op.drop_index("ix_invoice_order_id", table_name="invoice")
    for table, columns in added().items():
        for column in columns:
            op.drop_column(table, column.name)


def _sqlite() -> list[str]:
    return [
        f"""CREATE TRIGGER guard_invoice_share_{moment} BEFORE {moment.upper()} ON invoice_share
            BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"""
        for moment in ("update", "delete")
    ]


def _postgresql() -> list[str]:
    return [
        f"""CREATE FUNCTION guard_invoice_share_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION '{REFUSED}' USING ERRCODE = '23514'; END $$""",
        """CREATE TRIGGER guard_invoice_share_unchanging BEFORE UPDATE OR DELETE ON invoice_share
            FOR EACH ROW EXECUTE FUNCTION guard_invoice_share_unchanging()""",
    ]
