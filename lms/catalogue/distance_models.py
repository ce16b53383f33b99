"""What is known of a course that matters for distance learning (`distance.py`)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText


class FactSource(StrEnum):
    """Who says so: modules that know more than the catalogue fill in a row of their own."""

    LESSONS = "lessons"
    CERTIFICATE = "certificate"


class DistanceFact(Base):
    """What one source knows of a course: minutes by recordings and alone, and whether success is checked.

    `unknown` counts lessons of which nobody has said how long they take: they are in no sum.
    """

    __tablename__ = "distance_fact"
    __table_args__ = (
        CheckConstraint("recorded_minutes >= 0", name="recorded"),
        CheckConstraint("self_study_minutes >= 0", name="self_study"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[FactSource] = mapped_column(primary_key=True)
    recorded_minutes: Mapped[int] = mapped_column(default=0)
    self_study_minutes: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    is_checked: Mapped[bool] = mapped_column(default=False)


class DistanceWord(Base):
    """What the programme team says: recordings beside the lessons, that success is checked otherwise, number or decision.

    `decision` is the reason why a course is no distance learning; who recorded it stands in the audit trail.
    """

    __tablename__ = "distance_word"
    __table_args__ = (CheckConstraint("recorded_minutes >= 0", name="recorded"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    said_at: Mapped[datetime]
    recorded_minutes: Mapped[int] = mapped_column(default=0)
    is_checked: Mapped[bool] = mapped_column(default=False)
    approval_number: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)
