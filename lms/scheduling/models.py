"""The dated meetings of a run, what a run needs, and what is still to be done for it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row
from lms.scheduling.online import OUR_ROOM


class SessionState(StrEnum):
    """Planned (also once held: the clock tells), or cancelled and kept for everybody's calendar."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Session(Row):
    """One dated meeting of a run. `sequence` rises with each change, as calendars expect (RFC 5545, 3.8.7.4).

    `replaces_id` names the cancelled session in whose place it came. `drop_ins` counts the enrolments that hold a place in
    this session alone; only triggers move it.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_session_run", "run_id", "starts_at"),
        Index("ix_session_starts_at", "starts_at"),
        Index("ix_session_room_id", "room_id"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    online_url: Mapped[str] = mapped_column(default="")
    state: Mapped[SessionState] = mapped_column(default=SessionState.PLANNED)
    sequence: Mapped[int] = mapped_column(default=0)
    topic: Mapped[str] = mapped_column(LongText, default="")
    locked_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    replaces_id: Mapped[UUID | None] = mapped_column(default=None)
    drop_ins: Mapped[int] = mapped_column(default=0)
    cancelled_reason: Mapped[str] = mapped_column(LongText, default="")

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_in_our_room(self) -> bool:
        """Whether it meets in a room of our own video conference."""
        return self.online_url == OUR_ROOM


class SessionTrainer(Base):
    """Who teaches a session."""

    __tablename__ = "session_trainer"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Answer(StrEnum):
    """What a trainer says to a run: nobody has asked yet, asked, accepted, declined (F-H03)."""

    UNASKED = "unasked"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class RunTrainer(Base):
    """Who teaches a run as a whole, in the order in which they are named, and whether they have said yes."""

    __tablename__ = "run_trainer"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)
    answer: Mapped[Answer] = mapped_column(default=Answer.UNASKED)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answer_note: Mapped[str] = mapped_column(LongText, default="")


class SkipCause(StrEnum):
    """Why a date of a rule was left out: a holiday or closing day, something in the way, or the planner's wish."""

    HOLIDAY = "holiday"
    CLASH = "clash"
    WISH = "wish"


class SkippedDate(Row):
    """A date of the rule on which nothing takes place, and why; kept so that it can be shown and restored (F-C05)."""

    __tablename__ = "skipped_date"
    __table_args__ = (UniqueConstraint("run_id", "starts_at"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    cause: Mapped[SkipCause] = mapped_column(default=SkipCause.HOLIDAY)


class ProofState(StrEnum):
    """Proof-reading by the trainer: not asked, asked, sent back with corrections, released (F-B12)."""

    NONE = "none"
    ASKED = "asked"
    CORRECTED = "corrected"
    RELEASED = "released"


class Preparation(Base):
    """What planning knows of a run before it runs: whose holidays hold, where it was copied from, proof-reading.

    `federal_state` overrides the holidays of venue and centre for this run (F-B03). `proof_summary` and `proof_text` are the
    German texts that the trainer proposes instead of the course's own; `note` is for the team alone.
    """

    __tablename__ = "run_preparation"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    federal_state: Mapped[str] = mapped_column(default="")
    copied_from_id: Mapped[UUID | None] = mapped_column(default=None)
    equipment: Mapped[list[str]] = mapped_column(default_factory=list)
    step_free: Mapped[bool] = mapped_column(default=False)
    hearing_loop: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[ProofState] = mapped_column(default=ProofState.NONE)
    proof_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    proof_answered_at: Mapped[datetime | None] = mapped_column(default=None)
    proof_by: Mapped[UUID | None] = mapped_column(default=None)
    proof_note: Mapped[str] = mapped_column(LongText, default="")
    proof_summary: Mapped[str] = mapped_column(LongText, default="")
    proof_text: Mapped[str] = mapped_column(LongText, default="")
    note: Mapped[str] = mapped_column(LongText, default="")


ONE_THING = "(model_id IS NULL) <> (kit_id IS NULL)"


class RunNeed(Row):
    """Devices that every session of a run needs: so many of a model, or one kit. `note` says why fewer will do."""

    __tablename__ = "run_need"
    __table_args__ = (
        CheckConstraint(ONE_THING, name="one_thing"),
        CheckConstraint("count > 0", name="count"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    count: Mapped[int]
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_model.id"), default=None)
    kit_id: Mapped[UUID | None] = mapped_column(ForeignKey("kit.id"), default=None)
    note: Mapped[str] = mapped_column(default="")


class CoursePattern(Base):
    """What the runs of a course begin with, beside the course's own numbers (F-B13)."""

    __tablename__ = "course_pattern"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    equipment: Mapped[list[str]] = mapped_column(default_factory=list)
    step_free: Mapped[bool] = mapped_column(default=False)
    hearing_loop: Mapped[bool] = mapped_column(default=False)
    note_de: Mapped[str] = mapped_column(LongText, default="")
    note_en: Mapped[str] = mapped_column(LongText, default="")


class CourseNeed(Row):
    """Devices that the runs of a course begin with."""

    __tablename__ = "course_need"
    __table_args__ = (
        CheckConstraint(ONE_THING, name="one_thing"),
        CheckConstraint("count > 0", name="count"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    count: Mapped[int]
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_model.id"), default=None)
    kit_id: Mapped[UUID | None] = mapped_column(ForeignKey("kit.id"), default=None)


class RunTask(Row):
    """Something the team has to do for one run, and by when (F-B17).

    With `days_before` the day follows the run's dates (negative: days after its end) until it is done; without, somebody
    has chosen the day by hand.
    """

    __tablename__ = "run_task"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    due_on: Mapped[date | None] = mapped_column(default=None)
    position: Mapped[int] = mapped_column(default=0)
    days_before: Mapped[int | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    done_by: Mapped[str] = mapped_column(default="")


class TaskPattern(Row):
    """A task that every new run begins with, so many days before its first session (negative: after its last)."""

    __tablename__ = "task_pattern"

    title: Mapped[str]
    days_before: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)


class CopyBatch(Row):
    """An order to copy runs into another term: what is copied along, and when the copies begin (F-B09).

    Its id comes from the form, so that sending it twice is one order. `shift_days` is a number of whole weeks, by which
    every run moves; `kept` names what goes along (`Kept` in `copying`).
    """

    __tablename__ = "copy_batch"

    started_at: Mapped[datetime]
    shift_days: Mapped[int]
    kept: Mapped[list[str]] = mapped_column(default_factory=list)
    started_by: Mapped[UUID | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class CopyState(StrEnum):
    """Still to be copied, copied, or left out for a reason."""

    WAITING = "waiting"
    COPIED = "copied"
    LEFT_OUT = "left_out"


class CopyItem(Row):
    """One run of an order. Its id becomes the id of the copy; `without` names what is not taken although it is kept."""

    __tablename__ = "copy_item"
    __table_args__ = (UniqueConstraint("batch_id", "source_id"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("copy_batch.id", ondelete="CASCADE"))
    source_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    without: Mapped[list[str]] = mapped_column(default_factory=list)
    state: Mapped[CopyState] = mapped_column(default=CopyState.WAITING)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)


class SubstitutionState(StrEnum):
    """Looking for somebody, found, or given up because the session was moved or cancelled."""

    OPEN = "open"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Substitution(Row):
    """A session whose trainer cannot come, and the search for somebody else (U17)."""

    __tablename__ = "substitution"
    __table_args__ = (Index("ix_substitution_session", "session_id", "state"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    absent_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[SubstitutionState] = mapped_column(default=SubstitutionState.OPEN)
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class SubstituteOfferState(StrEnum):
    """Asked, then one of the others for good; withdrawn when somebody else was quicker."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class SubstituteOffer(Row):
    """The question to one trainer whether they can stand in; the first who accepts does."""

    __tablename__ = "substitute_offer"
    __table_args__ = (UniqueConstraint("substitution_id", "person_id"),)

    substitution_id: Mapped[UUID] = mapped_column(ForeignKey("substitution.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    sent_at: Mapped[datetime]
    state: Mapped[SubstituteOfferState] = mapped_column(default=SubstituteOfferState.OPEN)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
