"""Hold aid to its ceiling

Aid above the ceiling cannot be de-minimis aid (Art. 3 (7) of Regulation (EU) 2023/2831), so nobody approves it any more. What
was granted that way keeps its reason and both names with the statement, which never changes; what only waited stays in the trail.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0086"
down_revision: str | None = "0083"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.drop_index(op.f("ix_aid_proposal_state"), "aid_proposal")
    op.drop_index(op.f("ix_aid_proposal_company_id"), "aid_proposal")
    op.drop_table("aid_proposal")


def downgrade() -> None:
    op.create_table(
        "aid_proposal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "granted", "sent_back", name="aidproposalstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_aid_proposal_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_proposal")),
    )
    op.create_index(op.f("ix_aid_proposal_company_id"), "aid_proposal", ["company_id"], unique=False)
    op.create_index(op.f("ix_aid_proposal_state"), "aid_proposal", ["state"], unique=False)
