"""Refunds, transfer files, and what a second person agrees to

A refund knows who asked and who approved, until when its payer may name an account, and in which file it went to the bank.
Goodwill and write-offs are kept as proposals, which wait for a colleague over the set sum.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FILE_STATES = ("made", "sent", "withdrawn")
KINDS = ("goodwill", "write_off", "waiver")
STATES = ("waiting", "done", "sent_back", "undone")
DOCUMENT, KEPT = "transfer_file_document", "transfer_file_is_kept"


def added() -> list[sa.Column[object]]:
    return [
        sa.Column("requested_by_name", sa.String(), nullable=False, server_default=""),
        sa.Column("approved_by_name", sa.String(), nullable=False, server_default=""),
        sa.Column("purpose", sa.String(), nullable=False, server_default=""),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("link_version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("asked_until", MOMENT, nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("transfer_file_id", sa.Uuid(), nullable=True),
    ]


def one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=32)


def upgrade() -> None:
    for column in added():
        op.add_column("refund", column)
    op.create_index("uq_refund_follows", "refund", ["follows_id"], unique=True)
    op.create_index("ix_refund_transfer_file_id", "refund", ["transfer_file_id"])
    op.create_table(
        "transfer_file",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("state", one_of("transferfilestate", FILE_STATES), nullable=False),
        sa.Column("downloaded_at", MOMENT, nullable=True),
        sa.Column("downloaded_by_name", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_file")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_transfer_file_year")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_file_number")),
    )
    op.create_index("ix_transfer_file_state", "transfer_file", ["state"])
    op.create_table(
        "transfer_file_document",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["transfer_file.id"], name=op.f("fk_transfer_file_document_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_transfer_file_document")),
    )
    op.create_table(
        "money_proposal",
        sa.Column("kind", one_of("moneyproposalkind", KINDS), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", one_of("moneyproposalstate", STATES), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_by_name", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_money_proposal_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_proposal")),
    )
    op.create_index("ix_money_proposal_enrolment_id", "money_proposal", ["enrolment_id"])
    op.create_index("ix_money_proposal_state", "money_proposal", ["state", "requested_at"])
    keep_unchanged({DOCUMENT: KEPT})


def downgrade() -> None:
    for table in ("money_proposal", "transfer_file_document", "transfer_file"):
        op.drop_table(table)
    forget_unchanged([DOCUMENT])
    op.drop_index("ix_refund_transfer_file_id", "refund")
    op.drop_index("uq_refund_follows", "refund")
    for column in added():
        op.execute(f"ALTER TABLE refund DROP COLUMN {column.name}")
