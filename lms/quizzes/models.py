"""Attempts at quizzes, what was answered, what a person marked, and who gets more time."""

from datetime import datetime
from fractions import Fraction
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

STILL_OPEN = text("submitted_at IS NULL")


class Exact(TypeDecorator[Fraction]):
    """A fraction as people write it, `15/2`: points must not be rounded before somebody has passed or not."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy hands it in
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:  # noqa: ARG002 - SQLAlchemy hands it in
        return None if value is None else Fraction(value)


class Attempt(Row):
    """One attempt at a quiz, with the questions it began with: those of `edition_lesson_id`, drawn and placed by `plan`.

    `plan` is a list of `content.quiz.drawing.Placed`, made from `seed`. `deadline` (UTC) is when the time is over, None
    without a limit. Until it is handed in nobody but the learner sees it. `points` and `passed` are None until then, `passed`
    also while a person's mark decides. `ended_by_clock`: the time was over before it was handed in.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_id", "number"),
        Index(
            "uq_attempt_open",
            "enrolment_id",
            "lesson_id",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
        Index("ix_attempt_lesson", "lesson_id"),
        Index("ix_attempt_deadline", "deadline", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
        CheckConstraint("number > 0", name="number"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    edition_lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("edition_lesson.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    seed: Mapped[str]
    plan: Mapped[list[dict[str, Any]]]
    started_at: Mapped[datetime]
    out_of: Mapped[int]
    deadline: Mapped[datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_clock: Mapped[bool] = mapped_column(default=False)
    points: Mapped[Fraction | None] = mapped_column(Exact, default=None)
    passed: Mapped[bool | None] = mapped_column(default=None)
    is_open: Mapped[bool] = mapped_column(default=False)
    """Handed in, and parts wait for a person's mark."""


class AttemptAnswer(Base):
    """The answer to one question of an attempt, as JSON of `content.quiz.answers`; the last one saved counts."""

    __tablename__ = "attempt_answer"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class HandMark(Base):
    """What a person gave for one answer, and why; it counts instead of ours. `version` counts its changes."""

    __tablename__ = "hand_mark"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[Fraction] = mapped_column(Exact)
    marked_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(LongText, default="")
    """What the learner reads about it."""
    marked_by: Mapped[UUID | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class QuizExtension(Row):
    """More time or more attempts for one person. `reason` is for the team; health is no business of it."""

    __tablename__ = "quiz_extension"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_id"),
        CheckConstraint("extra_minutes >= 0 AND extra_attempts >= 0", name="extra"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    granted_at: Mapped[datetime]
    extra_minutes: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(LongText, default="")
    granted_by: Mapped[UUID | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
