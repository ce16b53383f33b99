"""Material on its way in."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class IntakeState(StrEnum):
    """From the upload to the lessons; only READY waits for a person."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    """It has been read, the report can be looked at, nothing is written yet."""
    TAKING = "taking"
    TAKEN = "taken"
    REFUSED = "refused"
    DROPPED = "dropped"


UNDER_WAY = frozenset({IntakeState.WAITING, IntakeState.READING, IntakeState.TAKING})
ENDED = frozenset({IntakeState.TAKEN, IntakeState.REFUSED, IntakeState.DROPPED})


class Intake(Row):
    """A file that somebody brought for a course. Its id comes from the form: sent twice it is one.

    The file lies below LMS_FILES under this id until the intake has ended. `size` is in bytes, `percent` how far reading or
    taking has come. With `lesson_id` the package in it is to play in that lesson. `chapters` and `remarks` are what was found (`lms.interchange.found`). `trouble` is the refusal's English
    sentence with `trouble_place` and `trouble_params`. `brought` counts what was written.
    """

    __tablename__ = "intake"
    __table_args__ = (
        Index("ix_intake_course", "course_id", "received_at"),
        CheckConstraint("size >= 0 AND percent BETWEEN 0 AND 100", name="numbers"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    name: Mapped[str]
    size: Mapped[int]
    received_at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    lesson_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[IntakeState] = mapped_column(default=IntakeState.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    format: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    left_out: Mapped[list[str]] = mapped_column(default_factory=list)
    """Numbers of the chapters that are not wanted."""
    trouble: Mapped[str] = mapped_column(LongText, default="")
    trouble_place: Mapped[str] = mapped_column(LongText, default="")
    trouble_params: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    brought: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
