"""The draft, the editions that are kept for ever, and the checks of businesses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class CheckDraft(Base):
    """The one text the team works on. `id` is always 1; `version` counts the changes."""

    __tablename__ = "check_draft"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    content: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class CheckEdition(Row):
    """What was published: never changed and never deleted, so that what was answered keeps its words. The newest is asked."""

    __tablename__ = "check_edition"

    number: Mapped[int] = mapped_column(unique=True)
    content: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]


class DigitalCheck(Row):
    """One business at one time. `answers` holds level and comment by the key of the question.

    `code_key` is under which the short code is found; the code itself is kept nowhere. `kept_at` is when it was put to a
    company, `shared_at` since when that company lets the team and its adviser see it.
    """

    __tablename__ = "digital_check"
    __table_args__ = (Index("ix_digital_check_company", "company_id", "finished_at"),)

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("check_edition.id"), index=True)
    code_key: Mapped[str] = mapped_column(unique=True)
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    company_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("company.id", ondelete="CASCADE"), default=None
    )
    kept_at: Mapped[datetime | None] = mapped_column(default=None)
    shared_at: Mapped[datetime | None] = mapped_column(default=None)
