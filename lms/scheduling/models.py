"""The dated meetings of a run."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class SessionState(StrEnum):
    """Planned (also once held: the clock tells), or cancelled and kept for everybody's calendar."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Session(Row):
    """One dated meeting of a run. `sequence` rises with each change, as calendars expect (RFC 5545, 3.8.7.4)."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_session_run", "run_id", "starts_at"),
        Index("ix_session_starts_at", "starts_at"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    online_url: Mapped[str] = mapped_column(default="")
    state: Mapped[SessionState] = mapped_column(default=SessionState.PLANNED)
    sequence: Mapped[int] = mapped_column(default=0)
    topic: Mapped[str] = mapped_column(LongText, default="")
    locked_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class SessionTrainer(Base):
    """Who teaches a session."""

    __tablename__ = "session_trainer"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class RunTrainer(Base):
    """Who teaches a run as a whole, in the order in which they are named."""

    __tablename__ = "run_trainer"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class SkippedDate(Row):
    """A date of the rule on which nothing takes place, and why; kept so that it can be shown and restored."""

    __tablename__ = "skipped_date"
    __table_args__ = (UniqueConstraint("run_id", "starts_at"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
