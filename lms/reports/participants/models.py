"""What is asked, who is asked, and, apart from both, what was said."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Json, LongText, Row


class Stage(StrEnum):
    """When a question is asked: at the beginning, or within four weeks after leaving."""

    ENTRY = "entry"
    EXIT = "exit"


class AskState(StrEnum):
    """How far somebody is with one stage. `double`: the same name and postcode had answered before."""

    ASKED = "asked"
    ANSWERED = "answered"
    DECLINED = "declined"
    DOUBLE = "double"


class FunderSurvey(Base):
    """That the funder of this line wants to know something, and from how many minutes on.

    Runs that ended before `since` are not asked about. Answers are deleted `kept_years` after the last day of the line.
    """

    __tablename__ = "funder_survey"
    __table_args__ = (
        CheckConstraint("from_minutes > 0", name="minutes"),
        CheckConstraint("kept_years BETWEEN 1 AND 30", name="kept"),
    )

    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"), primary_key=True)
    since: Mapped[date]
    from_minutes: Mapped[int] = mapped_column(default=480)
    kept_years: Mapped[int] = mapped_column(default=10)
    is_on: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class FunderQuestions(Row):
    """The questions of a line and the text of consent in one version; only ever added, the highest one is asked."""

    __tablename__ = "funder_questions"
    __table_args__ = (UniqueConstraint("line_id", "version"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"))
    version: Mapped[int]
    made_at: Mapped[datetime]
    questions: Mapped[list[dict[str, Any]]]
    consent_de: Mapped[str] = mapped_column(LongText)
    consent_en: Mapped[str] = mapped_column(LongText)


class FunderAsking(Row):
    """That somebody is asked for a line: one row for each person and line, over all runs. It says nothing of what was answered."""

    __tablename__ = "funder_asking"
    __table_args__ = (UniqueConstraint("line_id", "person_id"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    entry: Mapped[AskState] = mapped_column(default=AskState.ASKED)
    exit: Mapped[AskState | None] = mapped_column(default=None)
    exit_until: Mapped[date | None] = mapped_column(default=None)
    link_version: Mapped[int] = mapped_column(default=1)


class FunderAnswer(Base):
    """What was said at one stage under one number. No person, no enrolment, no moment, and no key that counts upwards.

    `likeness` is a keyed hash of name and postcode; `namesake` is above 0 where the team knows that it is somebody else of the same
    name. `questions_version` is also that of the consent.
    """

    __tablename__ = "funder_answer"
    __table_args__ = (
        UniqueConstraint("line_id", "stage", "likeness", "namesake"),
        {"sqlite_with_rowid": False},
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[Stage] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"), index=True)
    likeness: Mapped[str]
    questions_version: Mapped[int]
    answers: Mapped[dict[str, str]] = mapped_column(Json)
    namesake: Mapped[int] = mapped_column(default=0)
