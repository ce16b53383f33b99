"""Let one adult act for another, and keep children safe

Mandates between persons; who may fetch a child; guardianships that end instead of vanishing; what the team saw on paper:
consents of guardians, and trainers' certificates of conduct (L-34: that they were seen, never a copy).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GIVEN = sa.text("given_at IS NOT NULL AND ended_at IS NULL")
MOMENTS = ("joint_since", "conflict_since", "ended_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("guardianship", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "pick_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_pick_up_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_up")),
    )
    op.create_index(op.f("ix_pick_up_child_id"), "pick_up", ["child_id"])
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("invited_email", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paper_seen_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "principal_id IS NOT NULL OR agent_id IS NOT NULL", name=op.f("ck_mandate_someone")
        ),
        sa.CheckConstraint("principal_id <> agent_id", name=op.f("ck_mandate_two")),
        sa.CheckConstraint(
            "given_at IS NULL OR (principal_id IS NOT NULL AND agent_id IS NOT NULL AND way IS NOT NULL)",
            name=op.f("ck_mandate_given"),
        ),
        sa.CheckConstraint("scopes <> ''", name=op.f("ck_mandate_scopes")),
        sa.ForeignKeyConstraint(["principal_id"], ["person.id"], name=op.f("fk_mandate_principal_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name=op.f("fk_mandate_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("reference", name=op.f("uq_mandate_reference")),
    )
    op.create_index(
        "uq_mandate_given", "mandate", ["principal_id", "agent_id"], unique=True,
        postgresql_where=GIVEN, sqlite_where=GIVEN,
    )  # fmt: skip
    op.create_index("ix_mandate_agent", "mandate", ["agent_id"])
    op.create_index("ix_mandate_invited_email", "mandate", ["invited_email"])
    op.create_table(
        "paper_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_paper_consent_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_consent")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_paper_consent_enrolment_id")),
    )
    op.create_table(
        "conduct_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("seen_on < valid_until", name=op.f("ck_conduct_record_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conduct_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_record")),
    )
    op.create_index(op.f("ix_conduct_record_person_id"), "conduct_record", ["person_id"])


def downgrade() -> None:
    for table in ("conduct_record", "paper_consent", "mandate", "pick_up"):
        op.drop_table(table)
    for name in reversed(MOMENTS):
        op.drop_column("guardianship", name)
