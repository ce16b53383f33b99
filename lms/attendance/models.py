"""Marks in the register."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Presence(StrEnum):
    """How somebody took part in one session."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"


class Attendance(Row):
    """One person at one session. A locked session's marks are corrected only by staff, and every correction is audited."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id"),
        CheckConstraint("minutes_late >= 0", name="minutes_late"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    presence: Mapped[Presence]
    marked_at: Mapped[datetime]
    marked_by: Mapped[UUID | None]
    minutes_late: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


STANDS = text("withdrawn_at IS NULL")


class MakeUp(Row):
    """A missed session that somebody makes up in a parallel run of the same course, as a guest there.

    It takes no place in that run. The trainer of the other session marks the guest like everybody else; `presence` is None
    until then. Of a missed session one make-up stands at a time, and of a session visited as a guest as well. It is kept as long as the enrolment.
    """

    __tablename__ = "make_up"
    __table_args__ = (
        CheckConstraint("minutes_late >= 0", name="minutes_late"),
        CheckConstraint("missed_session_id <> session_id", name="another_session"),
        Index(
            "uq_make_up_missed",
            "enrolment_id",
            "missed_session_id",
            unique=True,
            postgresql_where=STANDS,
            sqlite_where=STANDS,
        ),
        Index(
            "uq_make_up_visited",
            "enrolment_id",
            "session_id",
            unique=True,
            postgresql_where=STANDS,
            sqlite_where=STANDS,
        ),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    missed_session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    agreed_at: Mapped[datetime]
    agreed_by: Mapped[UUID | None]
    presence: Mapped[Presence | None] = mapped_column(default=None)
    minutes_late: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(LongText, default="")
    marked_at: Mapped[datetime | None] = mapped_column(default=None)
    marked_by: Mapped[UUID | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
