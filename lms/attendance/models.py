"""Marks in the register, who stood in the door, what somebody does not agree with, and what was changed afterwards."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class Presence(StrEnum):
    """How somebody took part in one session."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"


Units = tuple[int, ...]
"""Numbers of units of a session, from 1 on, in order."""


class UnitNumbers(TypeDecorator[Units]):
    """Which units of a session somebody missed: kept as "1,3", read as (1, 3)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Units | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As the database keeps it."""
        return None if value is None else ",".join(str(number) for number in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Units | None:  # noqa: ARG002
        """As everybody else sees it."""
        return None if value is None else tuple(int(number) for number in value.split(",") if number)


class Attendance(Row):
    """One person at one session. A locked session's marks are corrected only by staff, and every correction is audited."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id"),
        CheckConstraint("minutes_late >= 0", name="minutes_late"),
        CheckConstraint("minutes_early >= 0", name="minutes_early"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    presence: Mapped[Presence]
    marked_at: Mapped[datetime]
    marked_by: Mapped[UUID | None]
    minutes_late: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)
    minutes_early: Mapped[int] = mapped_column(default=0)
    """How much before the end somebody left who was there."""
    missed_units: Mapped[Units] = mapped_column(UnitNumbers, default=())
    """Units that somebody missed who was there for the rest."""


STANDS = text("withdrawn_at IS NULL")


class MakeUp(Row):
    """A missed session that somebody makes up in a parallel run of the same course, as a guest there.

    It takes no place in that run. The trainer of the other session marks the guest like everybody else; `presence` is None
    until then. Of a missed session one make-up stands at a time, and of a session visited as a guest as well. It is kept as long as the enrolment.
    """

    __tablename__ = "make_up"
    __table_args__ = (
        CheckConstraint("minutes_late >= 0", name="minutes_late"),
        CheckConstraint("minutes_early >= 0", name="minutes_early"),
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
    minutes_early: Mapped[int] = mapped_column(default=0)
    missed_units: Mapped[Units] = mapped_column(UnitNumbers, default=())


class SentMark(Base):
    """That an entry made on a device has arrived: sent again, it changes nothing. Forgotten after a while."""

    __tablename__ = "sent_mark"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Made by the device."""
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    arrived_at: Mapped[datetime]
    version: Mapped[int]
    """Which state of the mark it made."""


class WalkInState(StrEnum):
    """What has become of somebody who was not on the list."""

    OPEN = "open"
    ENROLLED = "enrolled"
    SET_ASIDE = "set_aside"


class WalkIn(Row):
    """Somebody who stood in the door and was not on the list: only what they said of themselves. It takes no place.

    The id is made by the form or the device, so that sent twice is once. Forgotten some time after it is settled.
    """

    __tablename__ = "walk_in"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    """As written down: +49…, or whatever was said."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]
    state: Mapped[WalkInState] = mapped_column(default=WalkInState.OPEN)
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), index=True, default=None)
    """The place that the team gave them."""
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_by: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")


class ObjectionState(StrEnum):
    """What came of an objection."""

    OPEN = "open"
    CORRECTED = "corrected"
    DECLINED = "declined"


IS_OPEN = text("state = 'open'")


class Objection(Row):
    """Somebody says that a mark is not right. Of one person at one session one is open at a time."""

    __tablename__ = "objection"
    __table_args__ = (
        Index(
            "uq_objection_open",
            "session_id",
            "enrolment_id",
            unique=True,
            postgresql_where=IS_OPEN,
            sqlite_where=IS_OPEN,
        ),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    words: Mapped[str] = mapped_column(LongText)
    said_at: Mapped[datetime]
    said_by: Mapped[UUID | None]
    state: Mapped[ObjectionState] = mapped_column(default=ObjectionState.OPEN)
    answer: Mapped[str] = mapped_column(LongText, default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[UUID | None] = mapped_column(default=None)


class Correction(Row):
    """What was changed in a closed register, or because somebody objected: written once, read by learner, trainer and team."""

    __tablename__ = "attendance_correction"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[UUID | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """Marks as `rules.facts` writes them, without notes."""
    reason: Mapped[str] = mapped_column(LongText)
