"""Which other runs a waiting party would also take."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base

MOST_CHOICES = 2


class RunChoice(Base):
    """A run that a party on the waiting list of another one would also take; `rank` 1 is the one it likes better."""

    __tablename__ = "run_choice"
    __table_args__ = (
        UniqueConstraint("party_id", "run_id"),
        CheckConstraint(f"rank BETWEEN 1 AND {MOST_CHOICES}", name="rank"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
