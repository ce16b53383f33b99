"""Count each supporter once

By what supporters of a wish outside of rounds are known: until now with their votes, compared one by one. No key counts twice.
And to which address a resident's code went: one letter box gets only so many.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0083"
down_revision: str | None = "0080"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

VOTE = sa.table(
    "vote",
    sa.column("id", sa.Uuid()),
    sa.column("wish_id", sa.Uuid()),
    sa.column("voter_key", sa.String()),
    sa.column("round_id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("way", sa.String()),
    sa.column("keys", sa.JSON()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
NAMED = "n:"
"""Began the keys of names; what was printed of a mail address on a slip does not count as a key any more: couples share it."""


def upgrade() -> None:
    table = op.create_table(
        "wish_voter",
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["wish.id"], name=op.f("fk_wish_voter_wish_id_wish"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["vote_id"], ["vote.id"], name=op.f("fk_wish_voter_vote_id_vote"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wish_id", "key", name=op.f("pk_wish_voter")),
    )
    op.create_index(op.f("ix_wish_voter_vote_id"), "wish_voter", ["vote_id"])
    op.add_column("resident_code", sa.Column("place_key", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_resident_code_place", "resident_code", ["round_id", "place_key"])
    bind = op.get_bind()
    counted = bind.execute(
        sa.select(VOTE.c.id, VOTE.c.wish_id, VOTE.c.voter_key, VOTE.c.way, VOTE.c["keys"])
        .where(VOTE.c.round_id.is_(None), VOTE.c.state == "counted")
        .order_by(VOTE.c.created_at)
    ).all()
    known: dict[tuple[object, str], object] = {}
    for vote_id, wish_id, voter_key, way, kept in counted:
        keys = {voter_key, *_list(kept)}
        if way != "online":
            keys = {key for key in keys if key.startswith(NAMED)} or keys
        for key in keys:
            known.setdefault((wish_id, key.removeprefix(NAMED)), vote_id)
    if known:
        op.bulk_insert(
            table,
            [
                {"wish_id": wish_id, "key": key, "vote_id": vote_id}
                for (wish_id, key), vote_id in known.items()
            ],
        )


def downgrade() -> None:
    op.drop_index("ix_resident_code_place", "resident_code")
    op.drop_column("resident_code", "place_key")
    op.drop_table("wish_voter")


def _list(kept: object) -> list[str]:
    found = json.loads(kept) if isinstance(kept, str) else kept
    return list(found) if isinstance(found, list) else []
