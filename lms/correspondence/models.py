"""Rules by which messages are written, and whom they were written to."""

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Anchor(StrEnum):
    """The moment that a rule counts from."""

    RUN_STARTS = "run_starts"
    RUN_ENDS = "run_ends"
    SESSION = "session"
    ENROLMENT_CLOSES = "enrolment_closes"
    ENROLLED = "enrolled"


class RecipientRole(StrEnum):
    """Who is written to: those with a place, those on the list, those who teach, contacts of companies that booked seats."""

    PARTICIPANTS = "participants"
    WAITING = "waiting"
    TRAINERS = "trainers"
    COMPANIES = "companies"


class RuleState(StrEnum):
    """Paused writes nothing; archived is kept for its log alone."""

    PAUSED = "paused"
    ACTIVE = "active"
    ARCHIVED = "archived"


class MessageRule(Row):
    """A message that goes out by itself, so many days before or after a moment, to a role, under conditions (F-L02).

    `days` are negative before the moment; `at` is the hour of that day, by the clock at the venue. `conditions` are those of
    `rules.Conditions`. Nothing that was due before `active_since` is caught up on. Texts are Markdown with names in braces
    and are never run as a template (S-35); without English ones everybody reads the German.
    """

    __tablename__ = "message_rule"
    __table_args__ = (CheckConstraint("days BETWEEN -365 AND 365", name="days"),)

    name: Mapped[str]
    anchor: Mapped[Anchor]
    role: Mapped[RecipientRole]
    days: Mapped[int]
    at: Mapped[time]
    subject_de: Mapped[str]
    text_de: Mapped[str] = mapped_column(LongText)
    changed_at: Mapped[datetime]
    subject_en: Mapped[str] = mapped_column(default="")
    text_en: Mapped[str] = mapped_column(LongText, default="")
    conditions: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    state: Mapped[RuleState] = mapped_column(default=RuleState.PAUSED)
    active_since: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class RuleMessage(Row):
    """That a rule has written to somebody about something. Of a rule, a matter and a person there is one.

    `about_id` is the session, enrolment or run that it was about, `moment` the one that the rule counted from: what is moved
    is another matter.
    """

    __tablename__ = "rule_message"
    __table_args__ = (
        UniqueConstraint("rule_id", "about_id", "moment", "person_id"),
        Index("ix_rule_message_at", "rule_id", "written_at"),
    )

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("message_rule.id"))
    about_id: Mapped[UUID]
    moment: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(index=True)
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None)
