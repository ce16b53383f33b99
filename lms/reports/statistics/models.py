"""What the national statistics want to know beyond what we know anyway, and why a finding of its checks is right as it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row
from lms.reports.statistics.kinds import EventKind, ProgrammeArea, Scenario


class CourseStatistics(Base):
    """In which programme area and subject field a course is counted."""

    __tablename__ = "course_statistics"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    area: Mapped[ProgrammeArea]
    changed_at: Mapped[datetime]
    field: Mapped[str] = mapped_column(default="")


class EventStatistics(Base):
    """What the team knows better of a run than its sessions and enrolments say; None where these are right.

    `participants` is counted by hand, for talks to which nobody enrols.
    """

    __tablename__ = "event_statistics"
    __table_args__ = (CheckConstraint("participants IS NULL OR participants >= 0", name="participants"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    changed_at: Mapped[datetime]
    kind: Mapped[EventKind | None] = mapped_column(default=None)
    scenario: Mapped[Scenario | None] = mapped_column(default=None)
    participants: Mapped[int | None] = mapped_column(default=None)


class StatisticsReason(Row):
    """Why a finding of a check is right as it is; only ever added.

    `subject` is the number of the run or the key of the programme area, `mark` the numbers it was said about: with other
    numbers the finding stands again.
    """

    __tablename__ = "statistics_reason"
    __table_args__ = (UniqueConstraint("year", "check", "subject", "mark"),)

    year: Mapped[int]
    check: Mapped[str]
    subject: Mapped[str]
    mark: Mapped[str]
    reason: Mapped[str] = mapped_column(LongText)
    said_at: Mapped[datetime]
    said_by: Mapped[UUID | None]
    said_by_name: Mapped[str]
