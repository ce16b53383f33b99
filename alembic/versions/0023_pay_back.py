"""Pay back

Money on its way back is a row of its own: asked for, approved, sent, booked. A part of a price that somebody else pays has
its own account and its own invoice (`share_id`).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MEANS = ("online", "transfer", "cash", "voucher")
STATES = ("requested", "asked", "ready", "sent", "paid", "failed", "cancelled")


def upgrade() -> None:
    for table in ("ledger_entry", "invoice"):
        op.add_column(table, sa.Column("share_id", sa.Uuid(), nullable=True))
        op.create_index(f"ix_{table}_share_id", table, ["share_id"])
    op.create_table(
        "refund",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("means", sa.Enum(*MEANS, name="refundmeans", native_enum=False, length=32), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="refundstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_payment", sa.String(), nullable=True),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_refund_amount")),
        sa.CheckConstraint("(state = 'paid') = (entry_id IS NOT NULL)", name=op.f("ck_refund_booked")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_refund_company_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["person.id"], name=op.f("fk_refund_debtor_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_refund_entry_id")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name=op.f("fk_refund_settlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_refund_entry_id")),
    )
    op.create_index("ix_refund_enrolment_id", "refund", ["enrolment_id"])
    op.create_index("ix_refund_debtor_id", "refund", ["debtor_id"])
    op.create_index("ix_refund_settlement_id", "refund", ["settlement_id"])
    op.create_index("ix_refund_provider_ref", "refund", ["provider_ref"])
    op.create_index("ix_refund_state", "refund", ["state", "means"])


def downgrade() -> None:
    op.drop_table("refund")
    for table in ("ledger_entry", "invoice"):
        op.drop_index(f"ix_{table}_share_id", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN share_id")
