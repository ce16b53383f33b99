"""Marks in the register."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
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
