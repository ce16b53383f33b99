"""Rates: what a unit is paid with by qualification, and what was agreed otherwise for one run."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class FeeRate(Row):
    """What a unit (45 minutes) is paid with from a day on, in cents. `qualification` is empty for everybody.

    `travel_cents` are paid for each day on which somebody teaches at a venue; `substitution_cents` for a unit taught in
    somebody else's place, None when that is paid like any other.
    """

    __tablename__ = "fee_rate"
    __table_args__ = (
        UniqueConstraint("qualification", "valid_from"),
        CheckConstraint("unit_cents >= 0 AND travel_cents >= 0", name="cents"),
    )

    qualification: Mapped[str]
    valid_from: Mapped[date]
    unit_cents: Mapped[int]
    travel_cents: Mapped[int] = mapped_column(default=0)
    substitution_cents: Mapped[int | None] = mapped_column(default=None)


class RunFee(Base):
    """What was agreed with one trainer for one run, instead of the rates."""

    __tablename__ = "run_fee"
    __table_args__ = (CheckConstraint("unit_cents >= 0 AND travel_cents >= 0", name="cents"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    unit_cents: Mapped[int]
    travel_cents: Mapped[int] = mapped_column(default=0)
