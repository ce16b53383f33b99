"""Help desks with their hours and advisers, appointments, today's queue, and what is counted."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Json, LongText, Row
from lms.people.ages import AgeBand


class DeskKind(StrEnum):
    """Help for everybody, or consultations for small and medium-sized companies."""

    HELP = "help"
    ADVICE = "advice"


class HelpTopic(Row):
    """Something people need help with, in their words. `audience` says at which kind of desk it is asked for."""

    __tablename__ = "help_topic"

    name_de: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    hint_de: Mapped[str] = mapped_column(default="")
    hint_en: Mapped[str] = mapped_column(default="")
    audience: Mapped[DeskKind] = mapped_column(default=DeskKind.HELP)
    position: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class DeskPlace(StrEnum):
    """Where people are helped: in a venue, at their home, or by telephone and video."""

    VENUE = "venue"
    HOME = "home"
    REMOTE = "remote"


class HelpDesk(Row):
    """One place at which people are helped, and the rules for its appointments.

    Nobody books less than `notice_hours` before or more than `days_ahead` days ahead. After each appointment the adviser has
    `buffer_minutes` (the way to the next home, included there). One person (one telephone number) has at most `most_live`
    appointments ahead, `most_per_day` on one day; one adviser at most `most_per_adviser` a day (None: as many as fit).
    `districts` are those that are visited at home. `questions` are asked before an advice: key, text_de, text_en, kind, choices.
    """

    __tablename__ = "help_desk"
    __table_args__ = (
        CheckConstraint("slot_minutes BETWEEN 5 AND 480", name="slot"),
        CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name="buffer"),
        CheckConstraint("notice_hours >= 0", name="notice"),
        CheckConstraint("days_ahead BETWEEN 1 AND 366", name="days_ahead"),
        CheckConstraint("most_live > 0 AND most_per_day > 0", name="most"),
        CheckConstraint("most_per_adviser IS NULL OR most_per_adviser > 0", name="most_per_adviser"),
        CheckConstraint("place <> 'venue' OR venue_id IS NOT NULL", name="venue"),
    )

    name_de: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    hint_de: Mapped[str] = mapped_column(LongText, default="")
    hint_en: Mapped[str] = mapped_column(LongText, default="")
    kind: Mapped[DeskKind] = mapped_column(default=DeskKind.HELP)
    place: Mapped[DeskPlace] = mapped_column(default=DeskPlace.VENUE)
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"), default=None)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    districts: Mapped[list[str]] = mapped_column(default_factory=list)
    slot_minutes: Mapped[int] = mapped_column(default=30)
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    notice_hours: Mapped[int] = mapped_column(default=12)
    days_ahead: Mapped[int] = mapped_column(default=28)
    most_live: Mapped[int] = mapped_column(default=2)
    most_per_day: Mapped[int] = mapped_column(default=1)
    most_per_adviser: Mapped[int | None] = mapped_column(default=None)
    takes_walk_ins: Mapped[bool] = mapped_column(default=True)
    number_prefix: Mapped[str] = mapped_column(default="")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    position: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class Adviser(Row):
    """Somebody who helps: of the team, a trainer, a volunteer. `shown_name` is what the public reads."""

    __tablename__ = "adviser"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    shown_name: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(default_factory=lambda: ["de"])
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class AdviserTopic(Base):
    """What an adviser helps with."""

    __tablename__ = "adviser_topic"

    adviser_id: Mapped[UUID] = mapped_column(ForeignKey("adviser.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(
        ForeignKey("help_topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class DeskHours(Row):
    """A desk's hours on a weekday (Monday is 0), by the wall clock, from one day until another, both included."""

    __tablename__ = "desk_hours"
    __table_args__ = (
        CheckConstraint("opens < closes", name="hours"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("valid_until IS NULL OR valid_from <= valid_until", name="valid"),
    )

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None] = mapped_column(default=None)


class DeskHoursAdviser(Base):
    """Who sits at the desk in these hours."""

    __tablename__ = "desk_hours_adviser"

    hours_id: Mapped[UUID] = mapped_column(ForeignKey("desk_hours.id", ondelete="CASCADE"), primary_key=True)
    adviser_id: Mapped[UUID] = mapped_column(
        ForeignKey("adviser.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class DayKind(StrEnum):
    """The desk is closed that day; one adviser is away; the desk opens beside its hours."""

    CLOSED = "closed"
    AWAY = "away"
    EXTRA = "extra"


class DeskDay(Row):
    """What is different on one day. Without a desk an adviser is away from all of them.

    CLOSED names the desk, AWAY the adviser, EXTRA both and from when until when.
    """

    __tablename__ = "desk_day"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'closed' AND desk_id IS NOT NULL AND adviser_id IS NULL)"
            " OR (kind = 'away' AND adviser_id IS NOT NULL)"
            " OR (kind = 'extra' AND desk_id IS NOT NULL AND adviser_id IS NOT NULL AND opens < closes)",
            name="whole",
        ),
        Index("ix_desk_day_day", "day"),
    )

    day: Mapped[date]
    kind: Mapped[DayKind]
    desk_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("help_desk.id", ondelete="CASCADE"), default=None, index=True
    )
    adviser_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("adviser.id", ondelete="CASCADE"), default=None, index=True
    )
    opens: Mapped[time | None] = mapped_column(default=None)
    closes: Mapped[time | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")


class AppointmentState(StrEnum):
    """Booked; done; cancelled, by either side; missed: nobody came."""

    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"


class BookedBy(StrEnum):
    """How an appointment was made."""

    ONLINE = "online"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"


STILL_BOOKED = text("state = 'booked'")


class Appointment(Row):
    """One person at one desk with one adviser, from one moment to another; the reservation has the buffer too.

    Whoever booked is a name and a telephone number, no record of a person, unless they were signed in or the team knew them;
    all of that is emptied when it is no longer needed (`forgotten_at`). `agreed_at` says that it takes place although no hour
    of the desk covers it. `call_since` says that somebody has to ring them, because no letter reaches them, and `call_about`
    which one. `answers` are those to the desk's questions, by key.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_appointment_desk", "desk_id", "starts_at"),
        Index("ix_appointment_adviser", "adviser_id", "starts_at"),
        Index("ix_appointment_starts_at", "starts_at"),
        Index("ix_appointment_phone", "phone", "starts_at"),
        Index(
            "uq_appointment_booked", "adviser_id", "starts_at", unique=True,
            postgresql_where=STILL_BOOKED, sqlite_where=STILL_BOOKED,
        ),
    )  # fmt: skip

    reference: Mapped[str] = mapped_column(unique=True)
    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id"))
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("help_topic.id"), index=True)
    adviser_id: Mapped[UUID] = mapped_column(ForeignKey("adviser.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    name: Mapped[str]
    phone: Mapped[str]
    created_at: Mapped[datetime]
    email: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default="de")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    way: Mapped[BookedBy] = mapped_column(default=BookedBy.ONLINE)
    note: Mapped[str] = mapped_column(LongText, default="")
    address: Mapped[str] = mapped_column(default="")
    district: Mapped[str] = mapped_column(default="")
    device_model_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_model.id"), default=None)
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    state: Mapped[AppointmentState] = mapped_column(default=AppointmentState.BOOKED)
    state_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    agreed_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    call_since: Mapped[datetime | None] = mapped_column(default=None, index=True)
    call_about: Mapped[str] = mapped_column(default="")
    forgotten_at: Mapped[datetime | None] = mapped_column(default=None)
    link_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)


class EarlierState(StrEnum):
    """Waiting in line; an earlier time is held for them; they took one; they wait no more."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    ENDED = "ended"


class EarlierWish(Row):
    """An appointment that would like to be earlier (F-M09). What is offered is held by a reservation whose cause is this row.

    `declined` are the beginnings that were offered and not taken: they are not offered again.
    """

    __tablename__ = "earlier_wish"
    __table_args__ = (Index("ix_earlier_wish_state", "state", "since"),)

    appointment_id: Mapped[UUID] = mapped_column(
        ForeignKey("appointment.id", ondelete="CASCADE"), unique=True
    )
    since: Mapped[datetime]
    state: Mapped[EarlierState] = mapped_column(default=EarlierState.WAITING)
    offered_starts_at: Mapped[datetime | None] = mapped_column(default=None)
    offered_adviser_id: Mapped[UUID | None] = mapped_column(ForeignKey("adviser.id"), default=None)
    offered_until: Mapped[datetime | None] = mapped_column(default=None)
    declined: Mapped[list[str]] = mapped_column(default_factory=list)
    version: Mapped[int] = mapped_column(default=1)


class TicketState(StrEnum):
    """Waiting with a number; called to a table; being helped; helped; gone without."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"
    GONE = "gone"


class Ticket(Row):
    """One visitor in today's queue of a desk: a number, no name. `place` is the table they are called to."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("desk_id", "day", "number"),
        CheckConstraint("number > 0", name="number"),
        Index("ix_ticket_state", "desk_id", "day", "state"),
    )

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id"))
    day: Mapped[date]
    number: Mapped[int]
    arrived_at: Mapped[datetime]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("help_topic.id"), default=None)
    appointment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("appointment.id"), default=None, unique=True
    )
    state: Mapped[TicketState] = mapped_column(default=TicketState.WAITING)
    adviser_id: Mapped[UUID | None] = mapped_column(ForeignKey("adviser.id"), default=None)
    place: Mapped[str] = mapped_column(default="")
    called_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class ContactWay(StrEnum):
    """How somebody was helped."""

    WALK_IN = "walk_in"
    BOOKED = "booked"
    PHONE = "phone"
    HOME = "home"


class Contact(Row):
    """One visit, for the statistics (F-M06): what about, how old, how long. No person, no adviser, no time of day."""

    __tablename__ = "help_contact"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),
        Index("ix_help_contact_day", "day"),
    )

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id"), index=True)
    day: Mapped[date]
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("help_topic.id"), index=True)
    minutes: Mapped[int]
    way: Mapped[ContactWay]
    age: Mapped[AgeBand] = mapped_column(default=AgeBand.UNKNOWN)
