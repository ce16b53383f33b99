"""Rooms that were made for sessions, and who was in them when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class MeetingRoom(Base):
    """That a session has had a room on the server: the latest, made or found at `opened_at`, over at `ended_at`.

    A room ends when everybody has left; whoever comes later makes it anew under the same name, with another `create_time`.
    """

    __tablename__ = "meeting_room"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    opened_at: Mapped[datetime]
    create_time: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class MeetingReport(Base):
    """What the server said after one room had ended. `room` is its own name for it, another one each time it is made anew.

    `others` are the names under which people were there who have no place with us, such as callers by telephone.
    """

    __tablename__ = "meeting_report"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    room: Mapped[str] = mapped_column(primary_key=True)
    reported_at: Mapped[datetime]
    others: Mapped[list[str]] = mapped_column(default_factory=list)


class MeetingStay(Base):
    """That somebody with a place was in a room, from when to when. Kept until it has become evidence (`Hearing.forget`)."""

    __tablename__ = "meeting_stay"
    __table_args__ = (CheckConstraint("joined_at < left_at", name="period"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    room: Mapped[str] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at: Mapped[datetime] = mapped_column(primary_key=True)
    left_at: Mapped[datetime]
