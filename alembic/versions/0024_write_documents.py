"""Write documents: tax treatments, electronic invoices, invoices that wait for what is missing

A tax treatment never changes, like what was issued: a new rate is a new row from a day on. The seeded ones are those of the
value added tax act (UStG) at the end of 2026.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNCHANGING = {"tax_treatment": "treatment_is_kept", "electronic_invoice": "invoice_is_issued"}
EXEMPT_22A = (
    "Umsatzsteuerfrei nach § 4 Nr. 22 Buchstabe a UStG.",
    "Exempt from VAT under section 4 no. 22 (a) of the German VAT act (UStG).",
)
EXEMPT_21 = (
    "Umsatzsteuerfrei nach § 4 Nr. 21 UStG.",
    "Exempt from VAT under section 4 no. 21 of the German VAT act (UStG).",
)
OUTSIDE = (
    "Nicht steuerbar: Leistung einer juristischen Person des öffentlichen Rechts außerhalb eines Betriebs gewerblicher Art (§ 27 Abs. 22 und 22a UStG).",
    "Not subject to VAT: service of a public body outside of a business (section 27 (22) and (22a) of the German VAT act, UStG).",
)
TREATMENTS = (
    ("course_22a", "E", 0, "Kurs, steuerfrei nach § 4 Nr. 22 a UStG", "Course, exempt under § 4 no. 22 a UStG", *EXEMPT_22A, date(1968, 1, 1), None),
    ("course_21", "E", 0, "Bildung, steuerfrei nach § 4 Nr. 21 UStG", "Education, exempt under § 4 no. 21 UStG", *EXEMPT_21, date(2025, 1, 1), None),
    ("standard", "S", 1900, "Allgemeiner Steuersatz", "Standard rate", "", "", date(2007, 1, 1), None),
    ("reduced", "S", 700, "Ermäßigter Steuersatz", "Reduced rate", "", "", date(1983, 7, 1), None),
    ("public_2b", "O", 0, "Öffentliche Hand: nicht steuerbar, ab 2027 nach § 2b UStG", "Public body: not taxable, from 2027 on by § 2b UStG", *OUTSIDE, date(2017, 1, 1), date(2026, 12, 31)),
    ("public_2b", "S", 1900, "Öffentliche Hand: nicht steuerbar, ab 2027 nach § 2b UStG", "Public body: not taxable, from 2027 on by § 2b UStG", "", "", date(2027, 1, 1), None),
)  # fmt: skip


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose its triggers.
def added() -> dict[str, sa.Column[object]]:
    return {
        "run": sa.Column("tax_code", sa.String(), nullable=False, server_default=""),
        "company": sa.Column("einvoice", sa.String(32), nullable=False, server_default="none"),
        "invoice": sa.Column("terms", JSON, nullable=False, server_default="{}"),
    }


def upgrade() -> None:
    for table, column in added().items():
        op.add_column(table, column)
    treatment = op.create_table(
        "tax_treatment",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("name_de", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("note_de", sa.String(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rate_bp >= 0 AND rate_bp < 10000", name=op.f("ck_tax_treatment_rate")),
        sa.CheckConstraint("(category = 'S') = (rate_bp > 0)", name=op.f("ck_tax_treatment_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_treatment")),
    )
    op.create_index("ix_tax_treatment_code", "tax_treatment", ["code", "valid_from"])
    columns = ("code", "category", "rate_bp", "name_de", "name_en", "note_de", "note_en", "valid_from", "valid_until")  # fmt: skip
    op.bulk_insert(
        treatment,
        [
            {
                "id": UUID(int=0x24 << 96 | number),
                "added_at": datetime(2026, 11, 27, tzinfo=UTC),
                "added_by": None,
            }
            | dict(zip(columns, row, strict=True))
            for number, row in enumerate(TREATMENTS, start=1)
        ],
    )
    op.create_table(
        "electronic_invoice",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("flavour", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_electronic_invoice_invoice_id")
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_electronic_invoice")),
    )
    op.create_table(
        "invoice_check",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("rule_sets", JSON, nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_check_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoice_check")),
    )
    op.create_index("ix_invoice_check_is_valid", "invoice_check", ["is_valid"])
    op.create_table(
        "waiting_invoice",
        sa.Column("waits_since", MOMENT, nullable=False),
        sa.Column("debtor", JSON, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("issuer", JSON, nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("shares", JSON, nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("days_to_pay", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_waiting_invoice_company_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["person.id"], name=op.f("fk_waiting_invoice_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_invoice")),
    )
    for column in ("debtor_id", "company_id", "enrolment_id", "order_id"):
        op.create_index(f"ix_waiting_invoice_{column}", "waiting_invoice", [column])
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in ("waiting_invoice", "invoice_check", "electronic_invoice", "tax_treatment"):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
    for table, column in added().items():
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
