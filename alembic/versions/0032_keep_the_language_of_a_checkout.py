"""Keep the language of a checkout

A page to pay on is asked for again under the same key only with the same words.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("checkout", sa.Column("language", sa.String(), nullable=False, server_default="de"))


def downgrade() -> None:
    op.execute("ALTER TABLE checkout DROP COLUMN language")
