"""Decide about small runs

One proposal is open for a run at a time. What people said to it cannot be changed once it has been applied or withdrawn.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
OPEN = sa.text("state = 'open'")
ENDED = "EXISTS (SELECT 1 FROM proposal WHERE proposal.id = OLD.proposal_id AND proposal.state <> 'open')"


def word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "run_decision",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("decide_on", sa.Date(), nullable=True),
        sa.Column("fee_levels", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_decision_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_decision")),
    )
    op.create_table(
        "proposal",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("measure", word("measure", "small_group", "shorten", "merge", "move"), nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", word("proposalstate", "open", "applied", "withdrawn"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_proposal_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_run_id", "proposal", ["run_id"])
    op.create_index(
        "uq_proposal_open", "proposal", ["run_id"], unique=True, postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_table(
        "proposal_inquiry",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("way", word("askedby", "email", "phone", "post"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_inquiry_proposal_id")
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["person.id"], name=op.f("fk_proposal_inquiry_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_inquiry")),
        sa.UniqueConstraint(
            "proposal_id", "reader_id", name=op.f("uq_proposal_inquiry_proposal_id_reader_id")
        ),
    )
    op.create_index("ix_proposal_inquiry_reader_id", "proposal_inquiry", ["reader_id"])
    op.create_table(
        "proposal_answer",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("before_cents", sa.Integer(), nullable=False),
        sa.Column("after_cents", sa.Integer(), nullable=False),
        sa.Column("reply", word("reply", "open", "yes", "no"), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by", word("repliedby", "nobody", "link", "phone"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("before_cents >= 0 AND after_cents >= 0", name=op.f("ck_proposal_answer_prices")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_answer_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["proposal_inquiry.id"], name=op.f("fk_proposal_answer_inquiry_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_proposal_answer_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_answer")),
        sa.UniqueConstraint(
            "proposal_id", "enrolment_id", name=op.f("uq_proposal_answer_proposal_id_enrolment_id")
        ),
    )
    op.create_index("ix_proposal_answer_inquiry_id", "proposal_answer", ["inquiry_id"])
    op.create_index("ix_proposal_answer_enrolment_id", "proposal_answer", ["enrolment_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"""
            CREATE TRIGGER guard_proposal_answer BEFORE UPDATE ON proposal_answer WHEN {ENDED}
            BEGIN SELECT RAISE(ABORT, 'proposal_has_ended'); END""")
        op.execute("""
            CREATE TRIGGER guard_proposal_state BEFORE UPDATE OF state ON proposal
            WHEN OLD.state <> 'open' AND NEW.state <> OLD.state
            BEGIN SELECT RAISE(ABORT, 'proposal_has_ended'); END""")
        return
    for name, table, condition in (
        ("guard_proposal_answer", "UPDATE ON proposal_answer", ENDED),
        (
            "guard_proposal_state",
            "UPDATE OF state ON proposal",
            "OLD.state <> 'open' AND NEW.state <> OLD.state",
        ),
    ):
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {condition} THEN RAISE EXCEPTION 'proposal_has_ended' USING ERRCODE = '23514'; END IF;
            RETURN NEW; END $$""")
        op.execute(f"CREATE TRIGGER {name} BEFORE {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table in ("proposal_answer", "proposal_inquiry", "proposal", "run_decision"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for name in ("guard_proposal_answer", "guard_proposal_state"):
            op.execute(f"DROP FUNCTION {name}()")
