"""Calendars of trainers that are read, and the periods in which they say that somebody is busy."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Failure(StrEnum):
    """Why a calendar could not be read the last time."""

    NONE = ""
    AWAY = "away"
    REFUSED = "refused"
    MISSING = "missing"
    NOT_PUBLIC = "not_public"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class BusyCalendar(Row):
    """One address that a trainer has named. The address opens their calendar, so it is sealed (S-83); `host` is shown.

    `read_at` is the last time it could be read; what it said then holds until it can be read again. `fingerprint` tells the
    same address named twice without opening any.
    """

    __tablename__ = "busy_calendar"
    __table_args__ = (UniqueConstraint("person_id", "fingerprint"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sealed_address: Mapped[str] = mapped_column(LongText)
    fingerprint: Mapped[str]
    host: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    failure: Mapped[Failure] = mapped_column(default=Failure.NONE)
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")


class BusyPeriod(Row):
    """A span in which the trainer has something else: no title, no place, nobody's name."""

    __tablename__ = "busy_period"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_busy_period_person", "person_id", "starts_at"),
    )

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("busy_calendar.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
