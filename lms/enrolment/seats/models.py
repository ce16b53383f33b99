"""What a company ordered, the links its staff name themselves by, and who was told what the company may see.

A seat itself is an enrolment: `held` without a person and without `held_until` while nobody is named, with a person while
a guardian still has to consent, then `confirmed`. So the run's places, its books and its lists know nothing special.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class SeatOrder(Row):
    """Seats ordered in one go; its id is the `order_id` of their enrolments.

    `wanted` is what was asked for, also where only a part was to be had. `contact_id` is who ordered, gets the invoice and
    the link of the order; raising `link_version` makes that link void.
    """

    __tablename__ = "seat_order"
    __table_args__ = (CheckConstraint("wanted > 0", name="wanted"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    ordered_at: Mapped[datetime]
    wanted: Mapped[int]
    order_number: Mapped[str] = mapped_column(default="")
    terms_version: Mapped[str] = mapped_column(default="")
    link_version: Mapped[int] = mapped_column(default=1)


class SeatLink(Row):
    """A link, or its QR code, by which staff of the company name themselves; each use lowers what is left (F-F05).

    The check is the last guard: no link is ever used more often than it was made for. `version` makes the old link void.
    """

    __tablename__ = "seat_link"
    __table_args__ = (CheckConstraint("used >= 0 AND used <= places", name="used"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("seat_order.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    places: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody can still take a seat by it."""
        return self.stopped_at is None and at < self.expires_at and self.used < self.places


class SeatNotice(Base):
    """That a person was told, in writing, that the company sees attendance and certificates of this enrolment.

    Without it the company sees neither (security design A2, footnote 1). Somebody who takes over a seat has to be told anew.
    """

    __tablename__ = "seat_notice"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    told_at: Mapped[datetime]


class CompanyInvitation(Row):
    """A further contact is invited: for 14 days, once, bound to the address (S-18). The link is derived, not stored."""

    __tablename__ = "company_invitation"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    invited_by: Mapped[UUID | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
