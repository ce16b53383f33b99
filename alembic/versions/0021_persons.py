"""Merge two records of one person

A record that turns out to be of somebody known already stays as a signpost, and pairs that the team has told apart are
remembered.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # said in SQL, because SQLite takes a foreign key with a new column and in no other way
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        f"ALTER TABLE person ADD COLUMN merged_into_id {kind}"
        " CONSTRAINT fk_person_merged_into_id REFERENCES person (id)"
    )
    op.add_column("person", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_person_merged_into_id", "person", ["merged_into_id"])
    op.create_table(
        "distinct_persons",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_distinct_persons_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_distinct_persons_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_distinct_persons")),
    )
    op.create_index("ix_distinct_persons_other_id", "distinct_persons", ["other_id"])


def downgrade() -> None:
    op.drop_table("distinct_persons")
    op.drop_index("ix_person_merged_into_id", table_name="person")
    op.execute("ALTER TABLE person DROP COLUMN merged_at")
    op.execute("ALTER TABLE person DROP COLUMN merged_into_id")
