"""What a run asks for, what people answered, and on what grounds they were let in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class ApprovalMode(StrEnum):
    """Whether the team decides about each enrolment, and whether whoever waits for that keeps a place (F-E11)."""

    NONE = "none"
    ASKS = "asks"
    """Somebody who waits takes no place; the place is looked for when the team has agreed."""
    HOLDS = "holds"
    """Somebody who waits keeps a place, if one is free when they ask."""


class RunCondition(Base):
    """The conditions of one run; `run.has_conditions` says that there is a row (or a question) to be looked at.

    `min_age` and `max_age` narrow the course's own limits. `residence` holds postal codes or their beginnings ("39340",
    "393") and names of places; one of them has to fit. The declaration is a sentence that each person confirms. `course_id`
    is the course somebody must have taken before. `code_seal` is derived from the code word under the centre's secret and
    `code_salt`: the word itself is kept nowhere.
    """

    __tablename__ = "run_condition"
    __table_args__ = (
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    min_age: Mapped[int | None] = mapped_column(default=None)
    max_age: Mapped[int | None] = mapped_column(default=None)
    residence: Mapped[list[str]] = mapped_column(default_factory=list)
    declaration_de: Mapped[str] = mapped_column(LongText, default="")
    declaration_en: Mapped[str] = mapped_column(LongText, default="")
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), default=None, index=True)
    code_seal: Mapped[str] = mapped_column(default="")
    code_salt: Mapped[UUID | None] = mapped_column(default=None)
    approval: Mapped[ApprovalMode] = mapped_column(default=ApprovalMode.NONE)
    version: Mapped[int] = mapped_column(default=1)


class CoursePrerequisite(Base):
    """A course that builds on another one: whoever enrols must have taken it before (`is_needed`), or had better (F-I07)."""

    __tablename__ = "course_prerequisite"
    __table_args__ = (CheckConstraint("course_id <> earlier_id", name="another"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    earlier_id: Mapped[UUID] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_needed: Mapped[bool] = mapped_column(default=True)


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    YES_NO = "yes_no"
    ONE = "one"
    SEVERAL = "several"


class RunQuestion(Row):
    """A question of one run to each participant (F-E12).

    `choices` are pairs `{"de": …, "en": …}`; an answer names one by its number from 0. With `depends_on_id` it is asked only
    of those whose answer to that question is `depends_on`. Answers are deleted `kept_days` days after the run's end.
    """

    __tablename__ = "run_question"
    __table_args__ = (CheckConstraint("kept_days >= 0", name="kept"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind]
    wording_de: Mapped[str] = mapped_column(LongText)
    wording_en: Mapped[str] = mapped_column(LongText, default="")
    choices: Mapped[list[dict[str, str]]] = mapped_column(default_factory=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    depends_on_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("run_question.id", ondelete="SET NULL"), default=None, index=True
    )
    depends_on: Mapped[str] = mapped_column(default="")
    for_trainers: Mapped[bool] = mapped_column(default=False)
    kept_days: Mapped[int] = mapped_column(default=30)
    version: Mapped[int] = mapped_column(default=1)


class QuestionAnswer(Row):
    """What one participant answered, with the words of the question as they were read."""

    __tablename__ = "question_answer"
    __table_args__ = (UniqueConstraint("enrolment_id", "question_id"),)

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("run_question.id", ondelete="CASCADE"), index=True)
    values: Mapped[list[str]]
    wording: Mapped[str] = mapped_column(LongText)
    answered_at: Mapped[datetime]


class Admission(Base):
    """On what grounds somebody was let into a run with conditions: what they declared, or why the team made an exception."""

    __tablename__ = "admission"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime]
    declaration: Mapped[str] = mapped_column(LongText, default="")
    override_reason: Mapped[str] = mapped_column(LongText, default="")
