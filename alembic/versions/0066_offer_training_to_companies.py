"""Offer training to companies

What companies ask for, what was said about it, and the offers; the paper of an offer never changes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("training_request", "training_remark", "training_offer", "training_offer_paper")
UNCHANGING = {"training_offer_paper": "training_offer_is_sent"}


def upgrade() -> None:
    op.create_table(
        "training_request",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("company_name", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("wants_advice", sa.Boolean(), nullable=False),
        sa.Column("knowledge", sa.Text(), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "company", "centre", "online", "open", name="trainingplace", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column(
            "devices",
            sa.Enum("own", "centre", "open", name="devicesfrom", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("periods", sa.Text(), nullable=False),
        sa.Column("weekdays", JSON, nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "clarifying",
                "offered",
                "accepted",
                "declined",
                "lapsed",
                "run",
                name="requeststate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "budget_cents IS NULL OR budget_cents > 0", name=op.f("ck_training_request_budget")
        ),
        sa.CheckConstraint("people > 0", name=op.f("ck_training_request_people")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_training_request_company_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["person.id"], name=op.f("fk_training_request_contact_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_training_request_course_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_training_request_invoice_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_training_request_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_training_request_reference")),
        sa.UniqueConstraint("run_id", name=op.f("uq_training_request_run_id")),
    )
    op.create_index(op.f("ix_training_request_company_id"), "training_request", ["company_id"], unique=False)
    op.create_index(op.f("ix_training_request_contact_id"), "training_request", ["contact_id"], unique=False)
    op.create_index("ix_training_request_state", "training_request", ["state", "created_at"], unique=False)
    op.create_table(
        "training_offer",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column(
            "price_kind",
            sa.Enum("fixed", "per_person", name="pricekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "company", "centre", "online", "open", name="trainingplace", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("days", JSON, nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("trainer_id", sa.Uuid(), nullable=True),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("things", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), nullable=False),
        sa.Column("material_cents", sa.Integer(), nullable=False),
        sa.Column("regular_cents", sa.Integer(), nullable=True),
        sa.Column("tax_code", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("room_cents", sa.Integer(), nullable=False),
        sa.Column("other_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "replaced",
                "accepted",
                "declined",
                "lapsed",
                name="trainingofferstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_account", sa.Uuid(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_training_offer_people")),
        sa.CheckConstraint(
            "price_cents >= 0 AND travel_cents >= 0 AND material_cents >= 0",
            name=op.f("ck_training_offer_price"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_training_offer_course_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["training_request.id"], name=op.f("fk_training_offer_request_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_training_offer_room_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_training_offer_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_offer")),
        sa.UniqueConstraint("number", name=op.f("uq_training_offer_number")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_training_offer_year_counter")),
    )
    op.create_index(op.f("ix_training_offer_request_id"), "training_offer", ["request_id"], unique=False)
    op.create_index("ix_training_offer_state", "training_offer", ["state", "valid_until"], unique=False)
    op.create_index(op.f("ix_training_offer_trainer_id"), "training_offer", ["trainer_id"], unique=False)
    op.create_index(
        "uq_training_offer_draft",
        "training_offer",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
        sqlite_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_training_offer_holds",
        "training_offer",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('sent', 'accepted')"),
        sqlite_where=sa.text("state IN ('sent', 'accepted')"),
    )
    op.create_table(
        "training_remark",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("note", "question", "answer", name="remarkkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["training_request.id"],
            name=op.f("fk_training_remark_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_remark")),
    )
    op.create_index(op.f("ix_training_remark_request_id"), "training_remark", ["request_id"], unique=False)
    op.create_table(
        "training_offer_paper",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["training_offer.id"], name=op.f("fk_training_offer_paper_offer_id")
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_training_offer_paper")),
    )
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
