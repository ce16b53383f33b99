"""Who leaves a club later, which month's letter was written, and which parents want to hear that a child did not come."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class PlannedLeaving(Base):
    """That somebody leaves a club after this day; until then the place is theirs, and they may stay after all."""

    __tablename__ = "planned_leaving"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    leaves_on: Mapped[date] = mapped_column(index=True)
    asked_at: Mapped[datetime]


class ClubLetter(Base):
    """That the parents of a club's members were told the dates of a month (its first day), once."""

    __tablename__ = "club_letter"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]


class AbsenceWord(Base):
    """That a guardian wants to be told when their child did not come to a session; without such a row nobody is told."""

    __tablename__ = "absence_word"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    asked_at: Mapped[datetime]
