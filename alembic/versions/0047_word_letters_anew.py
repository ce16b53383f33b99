"""Word letters anew

What the team writes in place of the sentences that letters come with; what each letter says before it is put into words, so
that a preview can word it anew; and how somebody wants to be spoken to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "letter_wording",
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("voice", _word("voice", "de", "de_du", "de_plain", "en"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("plural", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_wording")),
        sa.UniqueConstraint(
            "template", "voice", "message", name=op.f("uq_letter_wording_template_voice_message")
        ),
    )
    op.add_column("letter", sa.Column("template", sa.String(), nullable=False, server_default=""))
    op.add_column("letter", sa.Column("composition", FACTS, nullable=True))
    op.add_column(
        "person",
        sa.Column(
            "address_form",
            _word("addressform", "formal", "informal", "plain"),
            nullable=False,
            server_default="formal",
        ),
    )


def downgrade() -> None:
    op.drop_column("person", "address_form")
    op.drop_column("letter", "composition")
    op.drop_column("letter", "template")
    op.drop_table("letter_wording")
