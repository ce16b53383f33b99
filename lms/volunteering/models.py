"""Helpers, the shifts they take, the hours that come of them, and what is paid for them."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class HelperState(StrEnum):
    """ASKED waits for the team (and, under 18, for a guardian); APPROVED takes shifts; the others are over."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    ENDED = "ended"


class Helper(Row):
    """Somebody who helps others unpaid at a help desk, or wants to.

    `guardian_id` is the adult who is asked for somebody under 18; `consented_at` counts until `consent_ended_at`. The question
    is open until `consent_asked_until`. `is_experienced` says that the team lets this adult sit beside the young. Ids ending in
    `_by` are those of accounts. `holder` and `iban` are where the allowance goes; empty means in cash.
    """

    __tablename__ = "helper"
    __table_args__ = (Index("ix_helper_state", "state", "asked_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    asked_at: Mapped[datetime]
    state: Mapped[HelperState] = mapped_column(default=HelperState.ASKED)
    times: Mapped[str] = mapped_column(LongText, default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    wants_account: Mapped[bool] = mapped_column(default=False)
    is_experienced: Mapped[bool] = mapped_column(default=False)
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    consent_asked_until: Mapped[datetime | None] = mapped_column(default=None)
    consented_at: Mapped[datetime | None] = mapped_column(default=None)
    consent_wording: Mapped[str] = mapped_column(LongText, default="")
    consent_seen_on: Mapped[date | None] = mapped_column(default=None)
    consent_ended_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")
    holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    link_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)


class HelperTopic(Base):
    """A topic of the help desk that somebody can help with."""

    __tablename__ = "helper_topic"

    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(
        ForeignKey("help_topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ShiftRule(Row):
    """A shift that comes back every week; the shifts themselves are opened some weeks ahead. Times are those of the wall clock."""

    __tablename__ = "shift_rule"
    __table_args__ = (
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    first_day: Mapped[date]
    created_at: Mapped[datetime]
    last_day: Mapped[date | None] = mapped_column(default=None)
    places: Mapped[int] = mapped_column(default=2)
    least_age: Mapped[int] = mapped_column(default=0)
    topic_ids: Mapped[list[str]] = mapped_column(default_factory=list)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ShiftState(StrEnum):
    """Open for helpers, or called off by the team."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Shift(Row):
    """Some hours of one day at one help desk for `places` helpers. A weekly rule makes one a day."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("rule_id", "day"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("places > 0", name="places"),
        Index("ix_shift_starts_at", "starts_at"),
        Index("ix_shift_desk_day", "desk_id", "day"),
    )

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    places: Mapped[int] = mapped_column(default=2)
    least_age: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("shift_rule.id"), default=None)
    state: Mapped[ShiftState] = mapped_column(default=ShiftState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")

    @property
    def minutes(self) -> int:
        """The length with its breaks."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class ShiftTopic(Base):
    """A topic that helpers of a shift should know about."""

    __tablename__ = "shift_topic"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(
        ForeignKey("help_topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class DutyState(StrEnum):
    """TAKEN holds a place of the shift; WITHDRAWN by the helper, CANCELLED by the team, MISSED: nobody came."""

    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    MISSED = "missed"


HELD = text("state = 'taken'")


class Duty(Row):
    """A helper in a shift. Each place (`seat`) is held once, and each helper holds one place of a shift (unique indexes)."""

    __tablename__ = "duty"
    __table_args__ = (
        Index("uq_duty_seat", "shift_id", "seat", unique=True, postgresql_where=HELD, sqlite_where=HELD),
        Index(
            "uq_duty_helper", "shift_id", "helper_id", unique=True, postgresql_where=HELD, sqlite_where=HELD
        ),
        Index("ix_duty_helper_state", "helper_id", "state"),
        CheckConstraint("seat > 0", name="seat"),
    )

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"), index=True)
    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id"))
    seat: Mapped[int]
    taken_at: Mapped[datetime]
    state: Mapped[DutyState] = mapped_column(default=DutyState.TAKEN)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    asked_hours_at: Mapped[datetime | None] = mapped_column(default=None)


class ShiftAsk(Row):
    """That the team has asked somebody whether they take a shift; one question each, answered with yes or no."""

    __tablename__ = "shift_ask"
    __table_args__ = (UniqueConstraint("shift_id", "helper_id"),)

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    said_yes: Mapped[bool | None] = mapped_column(default=None)


class HoursEntry(Row):
    """What somebody says about the length of a duty; the last one counts. Rows are only ever added: triggers refuse changes.

    `number` counts the entries of a duty from 1 on, so that two at once do not both become the last. `is_confirmed`: it
    counts; what a helper says beyond the plan waits for the team.
    """

    __tablename__ = "hours_entry"
    __table_args__ = (
        UniqueConstraint("duty_id", "number"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
    )

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"))
    number: Mapped[int]
    minutes: Mapped[int]
    said_at: Mapped[datetime]
    by_helper: Mapped[bool]
    is_confirmed: Mapped[bool]
    said_by: Mapped[UUID | None] = mapped_column(default=None)
    said_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(LongText, default="")


class HoursProof(Row):
    """A certificate of hours: wished by the helper, then issued; its id is the one the certificate is about.

    One is open at a time. `ended_at`: the certificate was taken back, or the wish withdrawn: its hours are free again.
    """

    __tablename__ = "hours_proof"
    __table_args__ = (
        Index(
            "uq_hours_proof_wished",
            "helper_id",
            unique=True,
            postgresql_where=text("ordered_at IS NULL AND ended_at IS NULL"),
            sqlite_where=text("ordered_at IS NULL AND ended_at IS NULL"),
        ),
        Index("ix_hours_proof_helper", "helper_id", "wished_at"),
    )

    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id"))
    wished_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=0)
    first_day: Mapped[date | None] = mapped_column(default=None)
    last_day: Mapped[date | None] = mapped_column(default=None)
    ordered_at: Mapped[datetime | None] = mapped_column(default=None)
    ordered_by: Mapped[UUID | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ProvenDuty(Base):
    """A duty whose hours stand on a certificate: the key sees to it that they do so once."""

    __tablename__ = "proven_duty"

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"), primary_key=True)
    proof_id: Mapped[UUID] = mapped_column(ForeignKey("hours_proof.id"), index=True)


class Basis(StrEnum):
    """For what the allowance is paid."""

    HOUR = "hour"
    SHIFT = "shift"


class HelperRate(Base):
    """What helpers get from a day on, in cents for an hour or a shift; 0 is nothing."""

    __tablename__ = "helper_rate"
    __table_args__ = (CheckConstraint("cents >= 0", name="cents"),)

    from_day: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[Basis]
    cents: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(default=None)


class HelperLimits(Base):
    """What the centre asks of shifts for the young, and until when one may withdraw. One row; without it the defaults hold."""

    __tablename__ = "helper_limits"
    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("least_age BETWEEN 10 AND 18", name="least_age"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    least_age: Mapped[int] = mapped_column(default=13)
    night_from: Mapped[time] = mapped_column(default=time(20))
    night_until: Mapped[time] = mapped_column(default=time(6))
    child_from: Mapped[time] = mapped_column(default=time(8))
    child_until: Mapped[time] = mapped_column(default=time(18))
    child_minutes: Mapped[int] = mapped_column(default=120)
    youth_minutes: Mapped[int] = mapped_column(default=480)
    school_until: Mapped[time] = mapped_column(default=time(14))
    withdraw_hours: Mapped[int] = mapped_column(default=48)
    version: Mapped[int] = mapped_column(default=1)


class HelperElsewhere(Base):
    """What a helper says they get as the same tax-free allowance elsewhere in a year."""

    __tablename__ = "helper_elsewhere"
    __table_args__ = (CheckConstraint("cents >= 0", name="cents"),)

    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cents: Mapped[int]
    declared_at: Mapped[datetime]


class HelperPaymentList(Row):
    """Allowances paid in one go. Its id comes from the form, so that sending it twice pays once."""

    __tablename__ = "helper_payment_list"

    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")


class HelperAllowance(Row):
    """What a helper gets for the duties of one month, as finance has approved it. Its sums never change afterwards.

    `rule_year` and `free_cents` say which tax-free sum it was held against, `free_before_cents` what of it was used before.
    """

    __tablename__ = "helper_allowance"
    __table_args__ = (
        Index("ix_helper_allowance_month", "month"),
        CheckConstraint("cents > 0", name="cents"),
        CheckConstraint("(paid_at IS NULL) = (list_id IS NULL)", name="paid"),
    )

    helper_id: Mapped[UUID] = mapped_column(ForeignKey("helper.id"), index=True)
    month: Mapped[date]
    minutes: Mapped[int]
    shifts: Mapped[int]
    cents: Mapped[int]
    free_cents: Mapped[int]
    free_before_cents: Mapped[int]
    rule_year: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    approved_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str] = mapped_column(default="")
    holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    paid_at: Mapped[datetime | None] = mapped_column(default=None)
    list_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("helper_payment_list.id"), default=None, index=True
    )


class PaidDuty(Base):
    """A duty for which an allowance was approved: the key sees to it that it is paid once."""

    __tablename__ = "paid_duty"

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"), primary_key=True)
    allowance_id: Mapped[UUID] = mapped_column(ForeignKey("helper_allowance.id"), index=True)
    minutes: Mapped[int]
    cents: Mapped[int]
