"""Call who has no other way

Whoever booked with a number alone that takes no short message is told of changes by telephone: since when, and of what.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0073"
down_revision: str | None = "0063"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("call_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("call_about", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_appointment_call_since"), "appointment", ["call_since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_appointment_call_since"), "appointment")
    op.drop_column("appointment", "call_about")
    op.drop_column("appointment", "call_since")
