"""Sessions in which people may enter themselves, and who did."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class CheckInOpening(Base):
    """That a trainer lets people enter themselves in this session, until `closed_at` if that is set."""

    __tablename__ = "check_in_opening"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class CheckInWay(StrEnum):
    """How somebody was recognised."""

    ACCOUNT = "account"
    NAME = "name"
    REFERENCE = "reference"
    LINK = "link"


class CheckIn(Row):
    """Somebody entered themselves. It stays as it was, whatever the trainer makes of it in the register."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id"),
        CheckConstraint("minutes_late >= 0", name="minutes_late"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    entered_at: Mapped[datetime]
    way: Mapped[CheckInWay]
    minutes_late: Mapped[int] = mapped_column(default=0)
    entered_by: Mapped[UUID | None] = mapped_column(default=None)
