"""Carry messages reliably

Jobs queue in lanes and by priority; addresses at which nobody can be reached; what came back to our mailbox.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

READY = sa.text("state = 'ready'")
INDEX = "ix_job_due"
MOMENT = sa.DateTime(timezone=True)


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("job", sa.Column("lane", sa.String(length=32), nullable=False, server_default="work"))
    op.add_column("job", sa.Column("priority", sa.Integer(), nullable=False, server_default="5"))
    op.drop_index(INDEX, table_name="job")
    op.create_index(INDEX, "job", ["lane", "priority", "due_at"], postgresql_where=READY, sqlite_where=READY)
    op.execute("UPDATE job SET lane = 'mail' WHERE kind = 'task:deliver-letter'")
    op.add_column("letter", sa.Column("unsubscribe", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "wrong_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_wrong_address")),
    )
    op.create_table(
        "mail_return",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "permanent", "temporary", "strange", "other", name="verdict", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_return")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_mail_return_fingerprint")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_return_key")),
    )
    op.create_index(op.f("ix_mail_return_read_at"), "mail_return", ["read_at"])
    op.create_index(op.f("ix_mail_return_letter_id"), "mail_return", ["letter_id"])
    op.create_table(
        "news_subscription",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("topics", _json(), nullable=False),
        sa.Column("audiences", _json(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("confirm_at_email", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_news_subscription_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_subscription")),
        sa.UniqueConstraint("email", name=op.f("uq_news_subscription_email")),
    )
    op.create_index(op.f("ix_news_subscription_person_id"), "news_subscription", ["person_id"])
    op.create_table(
        "news",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("courses", _json(), nullable=False),
        sa.Column("topics", _json(), nullable=False),
        sa.Column("audiences", _json(), nullable=False),
        sa.Column("districts", _json(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "planned",
                "sending",
                "sent",
                "stopped",
                name="newsstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("send_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index(op.f("ix_news_made_at"), "news", ["made_at"])


def downgrade() -> None:
    for table in ("news", "news_subscription", "mail_return", "wrong_address"):
        op.drop_table(table)
    op.execute("ALTER TABLE letter DROP COLUMN unsubscribe")
    op.drop_index(INDEX, table_name="job")
    op.create_index(INDEX, "job", ["due_at"], postgresql_where=READY, sqlite_where=READY)
    op.execute("ALTER TABLE job DROP COLUMN priority")
    op.execute("ALTER TABLE job DROP COLUMN lane")
