"""Write by rule

Messages that go out by themselves, and whom they were written to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "message_rule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "anchor",
            _word("anchor", "run_starts", "run_ends", "session", "enrolment_closes", "enrolled"),
            nullable=False,
        ),
        sa.Column(
            "role", _word("recipientrole", "participants", "waiting", "trainers", "companies"), nullable=False
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("subject_de", sa.String(), nullable=False),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("subject_en", sa.String(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("conditions", FACTS, nullable=False),
        sa.Column("state", _word("rulestate", "paused", "active", "archived"), nullable=False),
        sa.Column("active_since", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("days BETWEEN -365 AND 365", name=op.f("ck_message_rule_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_rule")),
    )
    op.create_table(
        "rule_message",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rule_message_person_id_person")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["message_rule.id"], name=op.f("fk_rule_message_rule_id_message_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_message")),
        sa.UniqueConstraint(
            "rule_id",
            "about_id",
            "moment",
            "person_id",
            name=op.f("uq_rule_message_rule_id_about_id_moment_person_id"),
        ),
    )
    op.create_index("ix_rule_message_at", "rule_message", ["rule_id", "written_at"])
    op.create_index(op.f("ix_rule_message_person_id"), "rule_message", ["person_id"])
    op.create_index(op.f("ix_rule_message_run_id"), "rule_message", ["run_id"])


def downgrade() -> None:
    op.drop_table("rule_message")
    op.drop_table("message_rule")
