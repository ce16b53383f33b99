"""Pay online

What was begun with the payment provider, what of it is for which enrolment, and what the provider has told.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("opening", "open", "processing", "paid", "expired", "failed", "puzzling")
LIVE = sa.text("state IN ('opening', 'open', 'processing')")


def upgrade() -> None:
    op.create_table(
        "checkout",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="checkoutstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.String(), nullable=True),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("refunded_cents", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_checkout_amount")),
        sa.ForeignKeyConstraint(["debtor_id"], ["person.id"], name=op.f("fk_checkout_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout")),
        sa.UniqueConstraint("key", name=op.f("uq_checkout_key")),
        sa.UniqueConstraint("session_id", name=op.f("uq_checkout_session_id")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_checkout_intent_id")),
    )
    op.create_index("ix_checkout_order_id", "checkout", ["order_id"])
    op.create_index("ix_checkout_debtor_id", "checkout", ["debtor_id"])
    op.create_index("ix_checkout_look", "checkout", ["look_at"], postgresql_where=LIVE, sqlite_where=LIVE)
    op.create_table(
        "checkout_share",
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkout_id"], ["checkout.id"], name=op.f("fk_checkout_share_checkout_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("checkout_id", "enrolment_id", name=op.f("pk_checkout_share")),
    )
    op.create_index("ix_checkout_share_enrolment_id", "checkout_share", ["enrolment_id"])
    op.create_table(
        "provider_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checkout_id"], ["checkout.id"], name=op.f("fk_provider_event_checkout_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_event")),
    )
    op.create_index("ix_provider_event_checkout_id", "provider_event", ["checkout_id"])
    op.create_index("ix_provider_event_received_at", "provider_event", ["received_at"])
    op.create_table(
        "provider_customer",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provider_customer_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_provider_customer")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_provider_customer_customer_id")),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_dispute_checkout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_checkout_id", "dispute", ["checkout_id"])


def downgrade() -> None:
    for table in ("dispute", "provider_customer", "provider_event", "checkout_share", "checkout"):
        op.drop_table(table)
