"""What units of cmi5 say about learners: statements that nobody changes, documents that units keep for themselves."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class RecordRegistration(Row):
    """One learner in one package of one lesson. Its id is the registration of xAPI, `name` the account by which units know them.

    Both are random: two packages cannot find out that they have the same learner.
    """

    __tablename__ = "record_registration"
    __table_args__ = (UniqueConstraint("enrolment_id", "lesson_id", "package_id"),)

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    package_id: Mapped[UUID] = mapped_column(ForeignKey("package.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    name: Mapped[UUID] = mapped_column(default_factory=uuid4)
    satisfied_at: Mapped[datetime | None] = mapped_column(default=None)
    statements: Mapped[int] = mapped_column(default=0)


class RecordSession(Row):
    """One launch of one unit. `fetched_at` is when its token was handed out, which happens once.

    `ended_at` is when it was terminated, or abandoned: by then another launch had followed (cmi5, 9.3.6).
    """

    __tablename__ = "record_session"
    __table_args__ = (Index("ix_record_session_registration_id", "registration_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("record_registration.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(LongText)
    mode: Mapped[str]
    launched_at: Mapped[datetime]
    home: Mapped[str]
    """The origin of our page that has launched it."""
    fetched_at: Mapped[datetime | None] = mapped_column(default=None)
    initialized_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    is_abandoned: Mapped[bool] = mapped_column(default=False)


class RecordStatement(Row):
    """A statement as it was received; the database lets nobody change it. `number` counts within the registration.

    `body` is JSON as a text: what programs send need not be what a database can take apart.
    """

    __tablename__ = "record_statement"
    __table_args__ = (
        UniqueConstraint("registration_id", "statement_id"),
        UniqueConstraint("registration_id", "number"),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("record_registration.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(index=True)
    statement_id: Mapped[UUID]
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(LongText)
    activity: Mapped[str] = mapped_column(LongText)
    is_defined: Mapped[bool]
    stored_at: Mapped[datetime]
    digest: Mapped[str]
    body: Mapped[str] = mapped_column(LongText)


class RecordDocument(Row):
    """What a unit keeps for itself: `kind` is `state`, `agent` or `activity`; `etag` the SHA-1 of its bytes, as xAPI wants it."""

    __tablename__ = "record_document"
    __table_args__ = (UniqueConstraint("registration_id", "kind", "activity", "name"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("record_registration.id", ondelete="CASCADE"))
    kind: Mapped[str]
    activity: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes]
    content_type: Mapped[str]
    etag: Mapped[str]
    updated_at: Mapped[datetime]
