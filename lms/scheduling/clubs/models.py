"""The rule by which a club meets."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText


class ClubRule(Base):
    """By which rule a run without fixed end goes on: every `interval_weeks` weeks on a weekday, at a time of the wall clock.

    Monday is 0; `begins` are minutes since midnight. Weeks are counted from `first_day`. All days up to `made_until` have been decided: there is a session, or a skipped date
    that says why not. `ended_on` is its last day once the team has ended it; then the run is one like any other.
    """

    __tablename__ = "club_rule"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("interval_weeks BETWEEN 1 AND 4", name="interval"),
        CheckConstraint("begins >= 0 AND minutes > 0 AND begins + minutes <= 1440", name="time"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int]
    begins: Mapped[int]
    minutes: Mapped[int]
    first_day: Mapped[date]
    made_until: Mapped[date]
    interval_weeks: Mapped[int] = mapped_column(default=1)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    ended_on: Mapped[date | None] = mapped_column(default=None)
    end_reason: Mapped[str] = mapped_column(LongText, default="")
