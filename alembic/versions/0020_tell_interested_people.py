"""Keep lists of who waits and who wants to hear

The history of a waiting list says how many places were free when a party was passed over. Who wants to hear of a course
stands on one list, whoever was kept for the next run included; for each run it is noted whom was told. A run may name the
one it follows, and a window in which that one's participants enrol first.
"""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Added and dropped in place: Alembic's way of copying a table on SQLite would lose the triggers that guard the rules.
def added() -> dict[str, list[sa.Column[object]]]:
    return {
        "list_event": [sa.Column("free", sa.Integer(), nullable=True)],
        "run": [
            sa.Column("follows_run_id", sa.Uuid(), nullable=True),
            sa.Column("follow_opens_at", sa.DateTime(timezone=True), nullable=True),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_run_follows_run_id", "run", ["follows_run_id"])
    op.create_table(
        "interest",
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.Enum("email", "phone", "post", name="interestway", native_enum=False, length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_interest_course_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_interest_run_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_person_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_interest_enrolment_id")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_interest_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )  # fmt: skip
    for column in ("course_id", "run_id", "person_id", "email", "created_at"):
        op.create_index(f"ix_interest_{column}", "interest", [column])
    op.create_table(
        "interest_told",
        sa.Column("interest_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["interest_id"], ["interest.id"], name=op.f("fk_interest_told_interest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_interest_told_run_id")),
        sa.PrimaryKeyConstraint("interest_id", "run_id", name=op.f("pk_interest_told")),
    )
    op.create_index("ix_interest_told_run_id", "interest_told", ["run_id"])
    op.create_table(
        "run_invitation",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_invitation_run_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_run_invitation_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "enrolment_id", name=op.f("pk_run_invitation")),
    )
    op.create_index("ix_run_invitation_enrolment_id", "run_invitation", ["enrolment_id"])
    _put_on_the_list()


def _put_on_the_list() -> None:
    """Whoever was kept for the next run so far stands on the same list from now on."""
    bind = op.get_bind()
    kept = bind.execute(
        sa.text(
            "SELECT enrolment.id, run.course_id, coalesce(contact_id, guardian_id, person_id), enrolment.created_at "
            "FROM enrolment JOIN run ON run.id = enrolment.run_id JOIN party ON party.id = enrolment.party_id "
            "WHERE party.rule = 'next_run' AND enrolment.state = 'expired' AND ended_reason = 'next_run'"
        )
    ).all()
    put = sa.text(
        "INSERT INTO interest (id, course_id, way, created_at, words, name, email, phone, street, postal_code, city, "
        "language, confirmed_at, person_id, enrolment_id) VALUES (:id, :course_id, 'email', :at, '', '', '', '', '', '', "
        "'', 'de', :at, :person_id, :enrolment_id)"
    )
    is_sqlite = bind.dialect.name == "sqlite"
    for enrolment_id, course_id, person_id, at in kept:
        new = uuid4()
        bind.execute(
            put,
            {
                "id": new.hex if is_sqlite else new, "course_id": course_id, "at": at, "person_id": person_id,
                "enrolment_id": enrolment_id,
            },
        )  # fmt: skip


def downgrade() -> None:
    op.drop_table("run_invitation")
    op.drop_table("interest_told")
    op.drop_table("interest")
    op.drop_index("ix_run_follows_run_id", table_name="run")
    for table, columns in added().items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")
