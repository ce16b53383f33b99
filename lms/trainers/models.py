"""Who teaches, and when they can."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Trainer(Row):
    """A person who teaches for the centre; the public sees the profile only when `is_public`.

    `topics` are the slugs of what they may teach.
    """

    __tablename__ = "trainer"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    bio_de: Mapped[str] = mapped_column(LongText, default="")
    bio_en: Mapped[str] = mapped_column(LongText, default="")
    qualifications: Mapped[list[str]] = mapped_column(default_factory=list)
    is_public: Mapped[bool] = mapped_column(default=False)
    topics: Mapped[list[str]] = mapped_column(default_factory=list)


class Availability(Row):
    """Hours of a weekday (Monday is 0, wall clock) in which somebody can teach. Whoever names none can always."""

    __tablename__ = "availability"
    __table_args__ = (CheckConstraint("opens < closes", name="hours"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class Absence(Row):
    """A period in which a trainer cannot teach. It refuses new plans and says which old ones need somebody else."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_absence_person", "person_id", "starts_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class ConductRecord(Row):
    """That the team has seen somebody's certificate of conduct, and until when it counts; never a copy (L-34, § 72a SGB VIII)."""

    __tablename__ = "conduct_record"
    __table_args__ = (CheckConstraint("seen_on < valid_until", name="period"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    seen_on: Mapped[date]
    valid_until: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)
