"""Sell and redeem vouchers

Discount codes and value vouchers, what they gave to whom, and the orders of gift vouchers. The history of a voucher is only
ever added to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
LIST = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("voucher_redemption", "voucher_event", "voucher", "voucher_order")
HISTORY, REFUSAL = "voucher_event", "history_is_append_only"


def upgrade() -> None:
    op.create_table(
        "voucher_order",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("buyer_name", sa.String(), nullable=False),
        sa.Column(
            "deliver_to",
            sa.Enum(
                "me_email",
                "me_post",
                "them_email",
                "them_post",
                name="deliverto",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("for_name", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("their_email", sa.String(), nullable=False),
        sa.Column("their_street", sa.String(), nullable=False),
        sa.Column("their_postal_code", sa.String(), nullable=False),
        sa.Column("their_city", sa.String(), nullable=False),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "paid", "cancelled", name="orderstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'paid') = (entry_id IS NOT NULL)", name=op.f("ck_voucher_order_booked")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_voucher_order_amount")),
        sa.ForeignKeyConstraint(["buyer_id"], ["person.id"], name=op.f("fk_voucher_order_buyer_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_voucher_order_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_order")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_voucher_order_entry_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_voucher_order_form_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_voucher_order_reference")),
    )
    op.create_index("ix_voucher_order_buyer_id", "voucher_order", ["buyer_id"])
    op.create_index("ix_voucher_order_state", "voucher_order", ["state", "ordered_at"])
    op.create_table(
        "voucher",
        sa.Column(
            "kind",
            sa.Enum("discount", "value", name="voucherkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum("team", "sold", "credit", name="voucherorigin", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("last_four", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("active", "blocked", name="voucherstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("face_cents", sa.Integer(), nullable=False),
        sa.Column("balance_cents", sa.Integer(), nullable=False),
        sa.Column("for_name", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("cause_key", sa.String(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("off_cents", sa.Integer(), nullable=True),
        sa.Column("budget_cents", sa.Integer(), nullable=True),
        sa.Column("used_cents", sa.Integer(), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("is_once_per_person", sa.Boolean(), nullable=False),
        sa.Column("course_ids", LIST, nullable=False),
        sa.Column("run_ids", LIST, nullable=False),
        sa.Column("audiences", LIST, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'value') = (face_cents > 0)", name=op.f("ck_voucher_face")),
        sa.CheckConstraint(
            "kind = 'value' OR (percent IS NULL) <> (off_cents IS NULL)", name=op.f("ck_voucher_one_amount")
        ),
        sa.CheckConstraint(
            "balance_cents >= 0 AND balance_cents <= face_cents", name=op.f("ck_voucher_balance")
        ),
        sa.CheckConstraint(
            "budget_cents IS NULL OR used_cents <= budget_cents", name=op.f("ck_voucher_budget")
        ),
        sa.CheckConstraint("most_uses IS NULL OR uses <= most_uses", name=op.f("ck_voucher_uses")),
        sa.CheckConstraint("off_cents > 0", name=op.f("ck_voucher_off")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_voucher_percent")),
        sa.CheckConstraint("used_cents >= 0 AND uses >= 0", name=op.f("ck_voucher_used")),
        sa.ForeignKeyConstraint(["order_id"], ["voucher_order.id"], name=op.f("fk_voucher_order_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_voucher_cause_key")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_voucher_code_hash")),
        sa.UniqueConstraint("order_id", name=op.f("uq_voucher_order_id")),
    )
    op.create_index("ix_voucher_batch_id", "voucher", ["batch_id"])
    op.create_index("ix_voucher_kind", "voucher", ["kind", "issued_at"])
    op.create_index("ix_voucher_last_four", "voucher", ["last_four"])
    op.create_index("ix_voucher_person_id", "voucher", ["person_id"])
    op.create_table(
        "voucher_event",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_event_voucher_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_voucher_event")),
    )
    op.create_index("ix_voucher_event_voucher_id", "voucher_event", ["voucher_id"])
    op.create_table(
        "voucher_redemption",
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("discount", "value", name="voucherkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved", "redeemed", "given_back", name="redemptionstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("once_key", sa.String(), nullable=True),
        sa.Column("returned_cents", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_voucher_redemption_amount")),
        sa.CheckConstraint(
            "returned_cents >= 0 AND returned_cents <= amount_cents",
            name=op.f("ck_voucher_redemption_returned"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_voucher_redemption_entry_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_redemption_person_id")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_redemption_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_redemption")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_voucher_redemption_entry_id")),
        sa.UniqueConstraint("once_key", name=op.f("uq_voucher_redemption_once_key")),
    )
    op.create_index("ix_voucher_redemption_enrolment_id", "voucher_redemption", ["enrolment_id"])
    op.create_index("ix_voucher_redemption_held", "voucher_redemption", ["state", "held_until"])
    op.create_index("ix_voucher_redemption_person_id", "voucher_redemption", ["person_id"])
    op.create_index("ix_voucher_redemption_voucher_id", "voucher_redemption", ["voucher_id"])
    keep_unchanged({HISTORY: REFUSAL})


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    forget_unchanged([HISTORY])
