"""Ask citizens

Wishes, who supports them, the rounds they are voted on in, and the protocol of paper ballots, which nobody can change.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.migrating import forget_unchanged, keep_unchanged

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNCHANGING = {"ballot_event": "the protocol of the ballots never changes"}
TABLES = (
    "wish_run", "wish_offer", "vote", "wish", "voter_key", "round_voter", "resident_code", "ballot_event", "ballot",
    "wish_round",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "wish_round",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title_de", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("collect_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discuss_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vote_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("everyone", "youth", name="roundaudience", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("votes_per_person", sa.Integer(), nullable=False),
        sa.Column("most_per_wish", sa.Integer(), nullable=False),
        sa.Column("residents_only", sa.Boolean(), nullable=False),
        sa.Column("postal_codes", JSON, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheets_printed", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "collect_from <= discuss_from AND discuss_from <= vote_from AND vote_from < ends_at",
            name=op.f("ck_wish_round_phases"),
        ),
        sa.CheckConstraint("max_age IS NULL OR max_age > 0", name=op.f("ck_wish_round_age")),
        sa.CheckConstraint(
            "most_per_wish >= 1 AND most_per_wish <= votes_per_person",
            name=op.f("ck_wish_round_most_per_wish"),
        ),
        sa.CheckConstraint("sheets_printed >= 0", name=op.f("ck_wish_round_sheets")),
        sa.CheckConstraint("votes_per_person >= 1", name=op.f("ck_wish_round_votes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_round")),
        sa.UniqueConstraint("slug", name=op.f("uq_wish_round_slug")),
    )
    op.create_table(
        "ballot",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("counted", "invalid", "void", name="ballotstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["wish_round.id"], name=op.f("fk_ballot_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    op.create_index(
        "uq_ballot_sheet",
        "ballot",
        ["round_id", "sheet"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
        sqlite_where=sa.text("state <> 'void'"),
    )

    op.create_table(
        "ballot_event",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum("entered", "voided", "recounted", name="ballotact", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("choices", JSON, nullable=False),
        sa.Column(
            "state",
            sa.Enum("counted", "invalid", "void", name="ballotstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["wish_round.id"], name=op.f("fk_ballot_event_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_event")),
    )
    op.create_index("ix_ballot_event_round", "ballot_event", ["round_id", "done_at"], unique=False)

    op.create_table(
        "resident_code",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("holder_key", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("online", "counter", "paper", "phone", name="way", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["wish_round.id"], name=op.f("fk_resident_code_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_resident_code_code_hash")),
    )
    op.create_index("uq_resident_code_holder", "resident_code", ["round_id", "holder_key"], unique=True)

    op.create_table(
        "round_voter",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= most", name=op.f("ck_round_voter_limit")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["wish_round.id"], name=op.f("fk_round_voter_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "voter_key", name=op.f("pk_round_voter")),
    )
    op.create_table(
        "voter_key",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["wish_round.id"], name=op.f("fk_voter_key_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "key", name=op.f("pk_voter_key")),
    )
    op.create_index(op.f("ix_voter_key_voter_key"), "voter_key", ["voter_key"], unique=False)

    op.create_table(
        "wish",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", JSON, nullable=False),
        sa.Column("matching", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("want", "teach", "room", name="wishkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "for_whom",
            sa.Enum("seniors", "youth", "smes", "everyone", name="audience", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("when_words", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column(
            "way",
            sa.Enum("online", "counter", "paper", "phone", name="way", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unproven",
                "submitted",
                "published",
                "under_review",
                "planned",
                "done",
                "rejected",
                "merged",
                "withdrawn",
                name="wishstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_de", sa.Text(), nullable=False),
        sa.Column("answer_en", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("supporters", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_wish_merged")),
        sa.CheckConstraint("supporters >= 0 AND points >= supporters", name=op.f("ck_wish_counts")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["wish.id"], name=op.f("fk_wish_merged_into_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wish_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["wish_round.id"], name=op.f("fk_wish_round_id")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_wish_topic_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_merged_into_id"), "wish", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_wish_person_id"), "wish", ["person_id"], unique=False)
    op.create_index(op.f("ix_wish_round_id"), "wish", ["round_id"], unique=False)
    op.create_index("ix_wish_source", "wish", ["source", "created_at"], unique=False)
    op.create_index("ix_wish_state", "wish", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_wish_topic_id"), "wish", ["topic_id"], unique=False)

    op.create_table(
        "vote",
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "way",
            sa.Enum("online", "counter", "paper", "phone", name="way", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending", "counted", "withdrawn", "void", name="votestate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("wants_news", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points >= 1", name=op.f("ck_vote_points")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_vote_ballot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["wish_round.id"], name=op.f("fk_vote_round_id")),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_vote_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
    )
    op.create_index(op.f("ix_vote_ballot_id"), "vote", ["ballot_id"], unique=False)
    op.create_index(op.f("ix_vote_person_id"), "vote", ["person_id"], unique=False)
    op.create_index("ix_vote_round", "vote", ["round_id", "voter_key"], unique=False)
    op.create_index("ix_vote_source", "vote", ["source", "created_at"], unique=False)
    op.create_index(
        "uq_vote_live",
        "vote",
        ["wish_id", "voter_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('pending', 'counted')"),
        sqlite_where=sa.text("state IN ('pending', 'counted')"),
    )

    op.create_table(
        "wish_offer",
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("want", "teach", "room", name="wishkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wish_offer_person_id")),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["wish.id"], name=op.f("fk_wish_offer_wish_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_offer")),
    )
    op.create_index(op.f("ix_wish_offer_person_id"), "wish_offer", ["person_id"], unique=False)
    op.create_index(op.f("ix_wish_offer_wish_id"), "wish_offer", ["wish_id"], unique=False)

    op.create_table(
        "wish_run",
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_wish_run_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["wish.id"], name=op.f("fk_wish_run_wish_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wish_id", "run_id", name=op.f("pk_wish_run")),
    )
    op.create_index(op.f("ix_wish_run_run_id"), "wish_run", ["run_id"], unique=False)

    keep_unchanged(UNCHANGING)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    forget_unchanged(UNCHANGING)
