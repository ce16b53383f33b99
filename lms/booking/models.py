"""Requests of others for rooms, what they cost, and who waits for a room to fall free."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class BookerGroup(Row):
    """Who books: citizens, clubs, companies. What an hour costs them in cents, how many hours a week each may have.

    A group that `is_internal` is chosen by the team alone: the town itself, schools.
    """

    __tablename__ = "booker_group"
    __table_args__ = (
        CheckConstraint("cents_per_hour >= 0", name="price"),
        CheckConstraint("hours_per_week IS NULL OR hours_per_week > 0", name="quota"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    name_de: Mapped[str]
    name_en: Mapped[str]
    cents_per_hour: Mapped[int] = mapped_column(default=0)
    hours_per_week: Mapped[int | None] = mapped_column(default=None)
    days_ahead: Mapped[int] = mapped_column(default=180)
    position: Mapped[int] = mapped_column(default=0)
    is_internal: Mapped[bool] = mapped_column(default=False)


class Tariff(Row):
    """What an hour in one room costs one group, where it differs from the group's price."""

    __tablename__ = "room_tariff"
    __table_args__ = (
        UniqueConstraint("room_id", "group_id"),
        CheckConstraint("cents_per_hour >= 0", name="price"),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("booker_group.id", ondelete="CASCADE"))
    cents_per_hour: Mapped[int]


class BookingState(StrEnum):
    """Requested (shown, does not block), approved (blocks), declined, or withdrawn by whoever asked."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Booking(Row):
    """A request for a room, once or as a series. Its dates may lie in different rooms."""

    __tablename__ = "booking"
    __table_args__ = (Index("ix_booking_state", "state", "created_at"),)

    reference: Mapped[str] = mapped_column(unique=True)
    booker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("booker_group.id"))
    title: Mapped[str]
    people: Mapped[int]
    created_at: Mapped[datetime]
    organisation: Mapped[str] = mapped_column(default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[BookingState] = mapped_column(default=BookingState.REQUESTED)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")
    link_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)


class BookingDateState(StrEnum):
    """One date of a booking: as the booking, or dropped alone, or released because nobody came."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RELEASED = "released"


class BookingDate(Row):
    """One dated use of one room. The period is without set-up and clear-up; its reservation has both."""

    __tablename__ = "booking_date"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("price_cents >= 0", name="price"),
        Index("ix_booking_date_booking", "booking_id", "starts_at"),
        Index("ix_booking_date_room", "room_id", "starts_at"),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price_cents: Mapped[int] = mapped_column(default=0)
    state: Mapped[BookingDateState] = mapped_column(default=BookingDateState.REQUESTED)
    checked_in_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")


class SlotWish(Row):
    """Somebody who wants a room that is taken at that time, and is told when it falls free (F-C14)."""

    __tablename__ = "slot_wish"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_slot_wish_room", "room_id", "starts_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
