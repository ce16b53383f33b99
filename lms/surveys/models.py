"""Questionnaires, the surveys of runs, and their boxes. See the module's words on how they stay anonymous."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Json, LongText, Row

FOR_ALL = text("for_all")


class Occasion(StrEnum):
    """After which session people are asked. Answers after the first one come while something can still be changed."""

    FIRST_SESSION = "first_session"
    LAST_SESSION = "last_session"


class Questionnaire(Row):
    """What is asked, as the team writes it. A survey copies the words when it opens; `version` counts the changes.

    `for_all` is for every course that has none of its own for this `occasion`. Sessions that ended before `used_since` are
    not asked about.
    """

    __tablename__ = "questionnaire"
    __table_args__ = (
        Index(
            "uq_questionnaire_for_all",
            "occasion",
            unique=True,
            postgresql_where=FOR_ALL,
            sqlite_where=FOR_ALL,
        ),
    )

    title: Mapped[str]
    changed_at: Mapped[datetime]
    used_since: Mapped[datetime]
    questions: Mapped[list[dict[str, Any]]]
    occasion: Mapped[Occasion] = mapped_column(default=Occasion.LAST_SESSION)
    for_all: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class QuestionnaireCourse(Base):
    """A course that a questionnaire is used for; at most one each for one occasion."""

    __tablename__ = "questionnaire_course"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    questionnaire_id: Mapped[UUID] = mapped_column(
        ForeignKey("questionnaire.id", ondelete="CASCADE"), index=True
    )
    occasion: Mapped[Occasion] = mapped_column(primary_key=True, default=Occasion.LAST_SESSION)


class Survey(Row):
    """The asking of one run after its first or its last session, in the words it began with.

    `closed_at` is when it was in fact closed; from then on nothing is added. `unit_id` names the group of at least five
    answers in which it is shown; None while it is open or waits for others. `paper_due` counts sheets whose codes have been
    entered and whose answers have not; `typed` holds the random keys of the forms by which sheets were typed in.
    `course_id` and the trainers stand here as they were, so that units never change.
    """

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("run_id", "occasion"),
        CheckConstraint("paper_due >= 0", name="paper_due"),
        Index("ix_survey_waiting", "closed_at", "unit_id"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    questionnaire_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("questionnaire.id", ondelete="SET NULL"), index=True
    )
    questionnaire_version: Mapped[int]
    questions: Mapped[list[dict[str, Any]]]
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    places: Mapped[int]
    occasion: Mapped[Occasion] = mapped_column(default=Occasion.LAST_SESSION)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    unit_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    paper_due: Mapped[int] = mapped_column(default=0)
    typed: Mapped[list[str]] = mapped_column(default_factory=list)
    comment: Mapped[str] = mapped_column(LongText, default="")
    commented_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class SurveyTrainer(Base):
    """Who taught the run when it was asked: they see its results."""

    __tablename__ = "survey_trainer"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class SurveyBox(Base):
    """All answers of one survey: how often each was given, and the texts in an order drawn anew with each answer.

    No sheet is kept, so answers to two questions cannot be joined to one person.
    """

    __tablename__ = "survey_box"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    sheets: Mapped[int] = mapped_column(default=0)
    tallies: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    texts: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)


class SurveyMark(Base):
    """A place that has answered; no time, no way to the answer. Deleted when the survey closes."""

    __tablename__ = "survey_mark"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    survey_id: Mapped[UUID] = mapped_column(
        ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class FeedbackChange(Row):
    """What was said about a course and what was changed because of it, for everybody to read beside the course.

    The team writes it, in German and perhaps in English; nobody is named. `withdrawn_at` takes it from the page again.
    """

    __tablename__ = "feedback_change"
    __table_args__ = (Index("ix_feedback_change_course", "course_id", "published_at"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    said_de: Mapped[str] = mapped_column(LongText)
    changed_de: Mapped[str] = mapped_column(LongText)
    published_at: Mapped[datetime]
    said_en: Mapped[str] = mapped_column(LongText, default="")
    changed_en: Mapped[str] = mapped_column(LongText, default="")
    survey_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("survey.id", ondelete="SET NULL"), default=None, index=True
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
