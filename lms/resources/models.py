"""Places and things, and the one table by which anything is occupied."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Venue(Row):
    """A place in town where the centre teaches, its own or somebody else's.

    Whom to call and where the key is are for the team alone. `federal_state` says whose holidays hold there ("ST"); empty
    means those of the centre.
    """

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
    federal_state: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    key_note: Mapped[str] = mapped_column(LongText, default="")


class Room(Row):
    """A room in a venue. Set-up and clear-up minutes are part of every reservation.

    `equipment` holds keys of `Equipment`. What the centre pays for it is `hire_cents_per_hour`; what others pay stands with
    the tariffs of `booking`. Others may ask for it when `is_bookable`; what nobody has checked in to
    `release_after_minutes` after its beginning is released (None: never).
    """

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
    hire_cents_per_hour: Mapped[int] = mapped_column(default=0)
    is_bookable: Mapped[bool] = mapped_column(default=False)
    release_after_minutes: Mapped[int | None] = mapped_column(default=None)


class Equipment(Row):
    """What a room can have, in both languages: a projector, sockets at every seat."""

    __tablename__ = "equipment"

    key: Mapped[str] = mapped_column(unique=True)
    name_de: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")


class RoomPhoto(Row):
    """The picture of a room, re-encoded by us, with the words for whoever cannot see it."""

    __tablename__ = "room_photo"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), unique=True)
    image: Mapped[bytes]
    media_type: Mapped[str]
    alt_de: Mapped[str]
    alt_en: Mapped[str] = mapped_column(default="")


class OpeningTime(Row):
    """When a venue is open on a weekday (Monday is 0), by its wall clock; a break at noon makes two rows.

    Rows of a room replace those of its venue. Where neither has any, nobody has said when it is closed.
    """

    __tablename__ = "opening_time"
    __table_args__ = (
        CheckConstraint("opens < closes", name="hours"),
        CheckConstraint("(venue_id IS NULL) <> (room_id IS NULL)", name="one_place"),
    )

    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    venue_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("venue.id", ondelete="CASCADE"), default=None, index=True
    )
    room_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("room.id", ondelete="CASCADE"), default=None, index=True
    )


class TravelTime(Row):
    """How long it takes from one venue to the other, in both directions; `settings.travel_minutes` where none is given."""

    __tablename__ = "travel_time"
    __table_args__ = (
        UniqueConstraint("from_id", "to_id"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("from_id <> to_id", name="two_places"),
    )

    from_id: Mapped[UUID] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    minutes: Mapped[int]


class DeviceModel(Row):
    """A kind of device, such as "iPad 10th gen.".

    `turnaround_minutes` are needed between two uses. `needs_wipe` says that people leave their own things on it, so that it
    goes to nobody else before somebody has wiped it. `accessories` belong to each unit.
    """

    __tablename__ = "device_model"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    about_de: Mapped[str] = mapped_column(LongText, default="")
    about_en: Mapped[str] = mapped_column(LongText, default="")
    is_lendable: Mapped[bool] = mapped_column(default=False)
    loan_days: Mapped[int] = mapped_column(default=28)
    turnaround_minutes: Mapped[int] = mapped_column(default=0)
    needs_wipe: Mapped[bool] = mapped_column(default=False)
    accessories: Mapped[list[str]] = mapped_column(default_factory=list)
    replacement_cents: Mapped[int] = mapped_column(default=0)


class Kit(Row):
    """Devices kept and lent together, such as a case of twelve tablets; booked and checked as one."""

    __tablename__ = "kit"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    home_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"), default=None)
    name_en: Mapped[str] = mapped_column(default="")
    is_travelling: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


class KitPart(Row):
    """What else belongs into a kit: a charger, cables. `present` below `expected` means that something is missing."""

    __tablename__ = "kit_part"
    __table_args__ = (
        UniqueConstraint("kit_id", "name"),
        CheckConstraint("expected > 0", name="expected"),
        CheckConstraint("present >= 0", name="present"),
    )

    kit_id: Mapped[UUID] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    expected: Mapped[int] = mapped_column(default=1)
    present: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(default="")


class DeviceStatus(StrEnum):
    """Whether a unit is there at all. A repair is a reservation, because it begins and ends."""

    USABLE = "usable"
    MISSING = "missing"
    RETIRED = "retired"


class Device(Row):
    """One unit with its inventory number. `must_be_wiped` is set when somebody has used it, until it is wiped."""

    __tablename__ = "device"

    inventory_number: Mapped[str] = mapped_column(unique=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("device_model.id"), index=True)
    kit_id: Mapped[UUID | None] = mapped_column(ForeignKey("kit.id"), default=None, index=True)
    condition: Mapped[str] = mapped_column(default="good")
    status: Mapped[DeviceStatus] = mapped_column(default=DeviceStatus.USABLE)
    home_id: Mapped[UUID | None] = mapped_column(default=None)
    serial_number: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    must_be_wiped: Mapped[bool] = mapped_column(default=False)
    wiped_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class ReservationState(StrEnum):
    """Tentative is shown but does not block, firm blocks, released is history."""

    TENTATIVE = "tentative"
    FIRM = "firm"
    RELEASED = "released"


class ReservationKind(StrEnum):
    """What takes the resource; `cause_id` names which one (`session_id` for sessions)."""

    SESSION = "session"
    BOOKING = "booking"
    LOAN = "loan"
    REPAIR = "repair"
    CLOSURE = "closure"
    APPOINTMENT = "appointment"
    """An adviser with somebody at the help desk; the same person as trainer is then nowhere else."""
    HELP_DESK = "help_desk"
    """A room in which the help desk opens."""


class Reservation(Row):
    """One resource taken for one period [starts_at, ends_at), set-up and clear-up included.

    Two firm reservations of one resource never overlap: an exclusion constraint on PostgreSQL and triggers on SQLite
    refuse it (domain rule 4). The resource is a room, a device, or a person as trainer. `venue_id` says where it is
    meanwhile, so that the way from one to the next can be reckoned with. `purpose` is what the team reads: a run's number,
    who booked, what is repaired.
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
        Index("ix_reservation_starts_at", "starts_at"),
    )

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("device.id"), default=None)
    trainer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    state: Mapped[ReservationState] = mapped_column(default=ReservationState.FIRM)
    session_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    purpose: Mapped[str] = mapped_column(default="")
    kind: Mapped[ReservationKind] = mapped_column(default=ReservationKind.SESSION)
    cause_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    venue_id: Mapped[UUID | None] = mapped_column(default=None)


class Closure(Row):
    """A room or a whole venue that cannot be used from one moment to another, and why; it holds firm reservations."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="period"),)

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    venue_id: Mapped[UUID] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), default=None)


class ClosingDay(Row):
    """A day on which the centre teaches nothing beside public and school holidays, or teaches in spite of one (`is_open`)."""

    __tablename__ = "closing_day"

    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=False)
