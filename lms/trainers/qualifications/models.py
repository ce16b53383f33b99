"""Kinds of qualification, what they are required for, and that the team has seen somebody's."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class QualificationKind(Row):
    """Something that can be proved by a paper: first aid, a teaching qualification. `valid_months` is what the form proposes.

    The certificate of conduct is not among them: the law has its own rules for it (`ConductRecord`).
    """

    __tablename__ = "qualification_kind"

    name: Mapped[str] = mapped_column(unique=True)
    valid_months: Mapped[int | None] = mapped_column(default=None)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class QualificationNeed(Row):
    """Whoever teaches courses of this topic, for this audience, or this course needs this kind. Exactly one of the three."""

    __tablename__ = "qualification_need"
    __table_args__ = (
        CheckConstraint(
            "(topic_id IS NOT NULL AND audience = '' AND course_id IS NULL)"
            " OR (topic_id IS NULL AND audience <> '' AND course_id IS NULL)"
            " OR (topic_id IS NULL AND audience = '' AND course_id IS NOT NULL)",
            name="one_thing",
        ),
        Index("ix_qualification_need_kind", "kind_id"),
    )

    kind_id: Mapped[UUID] = mapped_column(ForeignKey("qualification_kind.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), default=None)
    audience: Mapped[str] = mapped_column(default="")
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), default=None)


class QualificationRecord(Row):
    """That the team has seen the proof, on which day, and until when it counts (None: for good); never a copy of it."""

    __tablename__ = "qualification_record"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR seen_on <= valid_until", name="period"),
        Index("ix_qualification_record_person", "person_id", "kind_id"),
        Index("ix_qualification_record_valid_until", "valid_until"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("qualification_kind.id"))
    seen_on: Mapped[date]
    recorded_at: Mapped[datetime]
    valid_until: Mapped[date | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
