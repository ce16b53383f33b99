"""Places and things, and the one table by which anything is occupied."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Venue(Row):
    """A place in town where the centre teaches."""

    __tablename__ = "venue"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    district: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    arrival_de: Mapped[str] = mapped_column(LongText, default="")
    arrival_en: Mapped[str] = mapped_column(LongText, default="")
    phone: Mapped[str] = mapped_column(default="")
    opening_hours: Mapped[str] = mapped_column(default="")


class Room(Row):
    """A room in a venue. Set-up and clear-up minutes are part of every reservation."""

    __tablename__ = "room"
    __table_args__ = (CheckConstraint("seats > 0", name="seats"),)

    venue_id: Mapped[UUID] = mapped_column(ForeignKey("venue.id"), index=True)
    name: Mapped[str]
    seats: Mapped[int]
    floor_de: Mapped[str] = mapped_column(default="")
    floor_en: Mapped[str] = mapped_column(default="")
    step_free: Mapped[bool] = mapped_column(default=False)
    lift: Mapped[bool] = mapped_column(default=False)
    accessible_wc: Mapped[bool] = mapped_column(default=False)
    hearing_loop: Mapped[bool] = mapped_column(default=False)
    equipment: Mapped[list[str]] = mapped_column(default_factory=list)
    setup_minutes: Mapped[int] = mapped_column(default=0)
    clearup_minutes: Mapped[int] = mapped_column(default=0)


class DeviceModel(Row):
    """A kind of device, such as "iPad 10th gen."."""

    __tablename__ = "device_model"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]


class Kit(Row):
    """Devices kept and lent together."""

    __tablename__ = "kit"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    home_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"), default=None)


class Device(Row):
    """One unit with its inventory number."""

    __tablename__ = "device"

    inventory_number: Mapped[str] = mapped_column(unique=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("device_model.id"), index=True)
    kit_id: Mapped[UUID | None] = mapped_column(ForeignKey("kit.id"), default=None, index=True)
    condition: Mapped[str] = mapped_column(default="good")


class ReservationState(StrEnum):
    """Tentative is shown but does not block, firm blocks, released is history."""

    TENTATIVE = "tentative"
    FIRM = "firm"
    RELEASED = "released"


class Reservation(Row):
    """One resource taken for one period [starts_at, ends_at), set-up and clear-up included.

    Two firm reservations of one resource never overlap: an exclusion constraint on PostgreSQL and triggers on SQLite
    refuse it (domain rule 4). The resource is a room, a device, or a person as trainer.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint(
            "CASE WHEN room_id IS NULL THEN 0 ELSE 1 END + CASE WHEN device_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN trainer_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_resource",
        ),
        Index("ix_reservation_room", "room_id", "starts_at"),
        Index("ix_reservation_trainer", "trainer_id", "starts_at"),
        Index("ix_reservation_device", "device_id", "starts_at"),
    )

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("device.id"), default=None)
    trainer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    state: Mapped[ReservationState] = mapped_column(default=ReservationState.FIRM)
    session_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    purpose: Mapped[str] = mapped_column(default="")


class ClosingDay(Row):
    """A day on which the centre teaches nothing, beside public and school holidays."""

    __tablename__ = "closing_day"

    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str]
