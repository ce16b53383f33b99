"""The rows of the outbox and of the clockwork."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class JobState(StrEnum):
    """Ready to be claimed (or claimed until the lease runs out), done, or given up and waiting for a human."""

    READY = "ready"
    DONE = "done"
    FAILED = "failed"


class Lane(StrEnum):
    """What queues together. A lane that is jammed holds up no other.

    EXPRESS is for what somebody is waiting for in front of the screen, such as a sign-in code; WORK for listeners and for
    tasks of this house; LONG for tasks that take minutes; MAIL and SHORT for letters on their way to the mail server and to
    the gateway of short messages.
    """

    EXPRESS = "express"
    WORK = "work"
    LONG = "long"
    MAIL = "mail"
    SHORT = "short"


class Priority(IntEnum):
    """Who goes first within a lane: what has a deadline, then the rest, then news to hundreds."""

    SOON = 1
    USUAL = 5
    BULK = 9


READY = text("state = 'ready'")


class Job(Row):
    """One event or task. `due_at` is the earliest moment; a lease says which worker has it and until when."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "lane", "priority", "due_at", postgresql_where=READY, sqlite_where=READY),
    )

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(default=JobState.READY)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    key: Mapped[str | None] = mapped_column(default=None, unique=True)
    error: Mapped[str | None] = mapped_column(LongText, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    lane: Mapped[Lane] = mapped_column(default=Lane.WORK)
    priority: Mapped[int] = mapped_column(default=Priority.USUAL)


class Rhythm(Base):
    """When something periodic is due next; whoever moves the hand does the work."""

    __tablename__ = "rhythm"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
