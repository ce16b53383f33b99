"""Paths and their modules."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class Path(Row):
    """Several courses under one title. `choices_needed` is how many of the modules to choose from one has to take.

    `outcome_de` says what somebody can do at the end, a sentence a line. A retired path gives no new certificates; those it
    has given stay what they are.
    """

    __tablename__ = "path"
    __table_args__ = (CheckConstraint("choices_needed >= 0", name="choices_needed"),)

    title_de: Mapped[str]
    created_at: Mapped[datetime]
    title_en: Mapped[str] = mapped_column(default="")
    outcome_de: Mapped[str] = mapped_column(LongText, default="")
    outcome_en: Mapped[str] = mapped_column(LongText, default="")
    choices_needed: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class PathModule(Base):
    """One course of a path: everybody needs it, or it is one to choose."""

    __tablename__ = "path_module"

    path_id: Mapped[UUID] = mapped_column(ForeignKey("path.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)
    position: Mapped[int]
    is_required: Mapped[bool] = mapped_column(default=True)
