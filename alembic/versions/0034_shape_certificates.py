"""Shape certificates

Designs that staff adapt: a head, versions and logos that never change, and which kind of certificate uses which design.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNCHANGING = {
    "certificate_design_version": "certificate_design_version_unchanging",
    "certificate_logo": "certificate_logo_unchanging",
}
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "certificate_design",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_design")),
    )
    op.create_table(
        "certificate_design_version",
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wishes", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["design_id"], ["certificate_design.id"], name=op.f("fk_certificate_design_version_design_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_design_version")),
        sa.UniqueConstraint(
            "design_id", "number", name=op.f("uq_certificate_design_version_design_id_number")
        ),
    )
    op.create_table(
        "certificate_logo",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_logo")),
    )
    op.create_table(
        "certificate_design_default",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["design_id"], ["certificate_design.id"], name=op.f("fk_certificate_design_default_design_id")
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_certificate_design_default")),
    )
    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in (
        "certificate_design_default",
        "certificate_design_version",
        "certificate_logo",
        "certificate_design",
    ):
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
