"""Calls for help, public tablets, slips of paper, and what people say they can do."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row

STILL_OPEN = text("ended_at IS NULL")


class HelpEnding(StrEnum):
    """How a call for help has ended."""

    HELPED = "helped"
    """A trainer came by and closed it."""
    ANSWERED = "answered"
    """A trainer answered in words."""
    WITHDRAWN = "withdrawn"
    """The learner took it back, or went on alone."""
    LAPSED = "lapsed"
    """Nobody came, and its time is over."""


class HelpCall(Row):
    """*Ich brauche Hilfe* of one learner at one step. At most one is open for a place; it moves with the learner.

    `session_id` is the session that was running. `asked_by` and `taken_by` are accounts. Kept a year after it has ended.
    """

    __tablename__ = "help_call"
    __table_args__ = (
        Index(
            "uq_help_call_open",
            "enrolment_id",
            unique=True,
            postgresql_where=STILL_OPEN,
            sqlite_where=STILL_OPEN,
        ),
        Index("ix_help_call_enrolment", "enrolment_id"),
        Index("ix_help_call_ended", "ended_at"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    step: Mapped[int]
    asked_at: Mapped[datetime]
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), default=None, index=True
    )
    asked_by: Mapped[UUID | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    taken_by: Mapped[UUID | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ending: Mapped[HelpEnding | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(LongText, default="")


class Kiosk(Row):
    """A public tablet. Its cookie is derived from `id` and `version`; the code to set it up as well, good until `code_until`.

    `visit` is what the person in front of it has done: lessons and answers, never a name. It is wiped when they have finished
    and three minutes after `visit_seen_at`.
    """

    __tablename__ = "kiosk"

    name: Mapped[str]
    added_at: Mapped[datetime]
    code_until: Mapped[datetime | None] = mapped_column(default=None)
    added_by: Mapped[UUID | None] = mapped_column(default=None)
    joined_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    visit: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    visit_seen_at: Mapped[datetime | None] = mapped_column(default=None)


class Slip(Base):
    """What somebody takes home from a public tablet on paper. `key` is a keyed hash of the code: the code is nowhere kept.

    `contents` holds lessons and answers, and is emptied when it has been claimed. Nobody is named.
    """

    __tablename__ = "slip"

    key: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    contents: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    claimed_at: Mapped[datetime | None] = mapped_column(default=None)


class LearnedBefore(Row):
    """A lesson that somebody has done without a place in its course: it counts as soon as they have one."""

    __tablename__ = "learned_before"
    __table_args__ = (UniqueConstraint("person_id", "lesson_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    done_at: Mapped[datetime]


class SelfAssessment(Row):
    """What somebody says they can do, kept because they wanted it. `answers` holds a `self_test.statements.Answer` by key."""

    __tablename__ = "self_assessment"
    __table_args__ = (Index("ix_self_assessment_person", "person_id", "taken_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
