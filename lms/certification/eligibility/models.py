"""What a course, a run and who pays for it ask of people before they get a certificate, and how exams went."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from certificates.document import Kind
from lms.certification.eligibility.completion import Mix
from lms.db import LongText, Row


class Excused(StrEnum):
    """What an excused absence does: never does it count as attended."""

    MISSED = "missed"
    """It is missed like any other."""
    LEFT_OUT = "left_out"
    """It is left out of what is asked for."""


class ExamOutcome(StrEnum):
    """How an exam ended for somebody."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"
    """They did not take it, and it is not expected any more."""


class CourseRule(Row):
    """What a course asks beyond its threshold, and what it gives. A course without one gives an attendance certificate.

    With `Kind.EXAMINED` among `kinds` there is an exam; who passes it gets that paper instead of the one on attendance.
    `valid_months` is how long the certificate counts; None means for ever. The `leave_…` say by which decision the course is
    recognised as education leave (Bildungsfreistellung); they are empty where it is not.
    `lessons_percent` of the lessons that count have to be done, None of them where it is None; `quizzes` are the ids of the
    lessons whose quiz has to be passed.
    """

    __tablename__ = "course_rule"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    kinds: Mapped[list[str]] = mapped_column(default_factory=lambda: [Kind.ATTENDANCE.value])
    exam_de: Mapped[str] = mapped_column(default="")
    exam_en: Mapped[str] = mapped_column(default="")
    excused: Mapped[Excused] = mapped_column(default=Excused.MISSED)
    valid_months: Mapped[int | None] = mapped_column(default=None)
    leave_text_de: Mapped[str] = mapped_column(LongText, default="")
    leave_text_en: Mapped[str] = mapped_column(LongText, default="")
    leave_number: Mapped[str] = mapped_column(default="")
    leave_recognised_on: Mapped[date | None] = mapped_column(default=None)
    lessons_percent: Mapped[int | None] = mapped_column(default=None)
    quizzes: Mapped[list[str]] = mapped_column(default_factory=list)
    mix: Mapped[Mix] = mapped_column(default=Mix.ALL)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def needs_exam(self) -> bool:
        """Whether there is an exam."""
        return Kind.EXAMINED.value in self.kinds

    @property
    def is_education_leave(self) -> bool:
        """Whether employers get a confirmation for paid leave to learn."""
        return Kind.EDUCATION_LEAVE.value in self.kinds


class FundingProgramme(Row):
    """Somebody who pays for runs and has rules of their own. What is None is left to the run and the course.

    `text_de` and `text_en` stand on the paper. It can be chosen for runs that begin in its period, until it is retired; runs
    that have it keep it.
    """

    __tablename__ = "funding_programme"
    __table_args__ = (CheckConstraint("threshold_percent BETWEEN 1 AND 100", name="threshold"),)

    name: Mapped[str] = mapped_column(unique=True)
    threshold_percent: Mapped[int | None] = mapped_column(default=None)
    excused: Mapped[Excused | None] = mapped_column(default=None)
    text_de: Mapped[str] = mapped_column(LongText, default="")
    text_en: Mapped[str] = mapped_column(LongText, default="")
    valid_from: Mapped[date | None] = mapped_column(default=None)
    valid_until: Mapped[date | None] = mapped_column(default=None)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    def covers(self, day: date | None) -> bool:
        """Whether a run that begins on this day can have it; a run without dates can."""
        if day is None:
            return True
        return (self.valid_from or day) <= day <= (self.valid_until or day)


class RunRule(Row):
    """What one run asks otherwise than its course, and the programme that pays for it."""

    __tablename__ = "run_rule"
    __table_args__ = (CheckConstraint("threshold_percent BETWEEN 1 AND 100", name="threshold"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), unique=True)
    threshold_percent: Mapped[int | None] = mapped_column(default=None)
    programme_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("funding_programme.id"), default=None, index=True
    )
    version: Mapped[int] = mapped_column(default=1)


class ExamResult(Row):
    """How somebody's exam ended: the last word; what stood before is in the audit trail. Points only where there are any.

    `entered_by` is the account that entered it: the trainer's entry is a proposal that staff confirm by issuing.
    It is kept as long as the enrolment, like attendance; a certificate states what it needs of it for itself.
    """

    __tablename__ = "exam_result"
    __table_args__ = (
        CheckConstraint("points >= 0 AND points <= out_of", name="points"),
        CheckConstraint("out_of > 0", name="out_of"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    exam: Mapped[str]
    outcome: Mapped[ExamOutcome]
    held_on: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    points: Mapped[int | None] = mapped_column(default=None)
    out_of: Mapped[int | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def passed(self) -> bool:
        """Whether it is passed."""
        return self.outcome is ExamOutcome.PASSED
