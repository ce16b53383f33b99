"""Who may enrol before everybody else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class EarlyBooking(Row):
    """The right of one person to enrol one party of at most `places` in a run before everybody else; it holds no place.

    `source_id` names what it was granted for, so that it is granted once. Whoever has no record with us is known by what they
    said (`name`, `email`); that goes when the run has been open to all for a while. `order_id` is the party that used it.
    """

    __tablename__ = "early_booking"
    __table_args__ = (
        UniqueConstraint("run_id", "source_id"),
        UniqueConstraint("order_id"),
        CheckConstraint("places BETWEEN 1 AND 12", name="places"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    source_id: Mapped[UUID]
    granted_at: Mapped[datetime]
    places: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    order_id: Mapped[UUID | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
