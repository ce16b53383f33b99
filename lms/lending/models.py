"""Loans, what was agreed, and who may not borrow for a while."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class LoanState(StrEnum):
    """Reserved, out, returned or lost; called off before it began. Overdue is derived from the clock, never stored."""

    RESERVED = "reserved"
    OUT = "out"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"


class LoanPurpose(StrEnum):
    """For one session in class, or to take home."""

    CLASS = "class"
    HOME = "home"


IS_OUT = text("state = 'out'")


class Loan(Row):
    """One device with one person until a date. A device is out to one person at a time.

    Accessories are words of the model at that time. `accessories_missing` holds what did not come back and has not turned
    up since; `missing_count` counts it, for the databases. `wiped_by` (an account) says who wiped the device afterwards.
    """

    __tablename__ = "loan"
    __table_args__ = (
        CheckConstraint("starts_at < due_at", name="period"),
        Index("uq_loan_out", "device_id", unique=True, postgresql_where=IS_OUT, sqlite_where=IS_OUT),
        Index("ix_loan_state", "state", "due_at"),
        Index("ix_loan_person", "person_id"),
        Index("ix_loan_device", "device_id", "starts_at"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[LoanPurpose]
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    state: Mapped[LoanState] = mapped_column(default=LoanState.RESERVED)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"), default=None, index=True)
    session_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"), default=None)
    handed_out_at: Mapped[datetime | None] = mapped_column(default=None)
    handed_out_by: Mapped[UUID | None] = mapped_column(default=None)
    condition_out: Mapped[str] = mapped_column(default="")
    accessories_out: Mapped[list[str]] = mapped_column(default_factory=list)
    returned_at: Mapped[datetime | None] = mapped_column(default=None)
    returned_to: Mapped[UUID | None] = mapped_column(default=None)
    condition_in: Mapped[str] = mapped_column(default="")
    accessories_in: Mapped[list[str]] = mapped_column(default_factory=list)
    accessories_missing: Mapped[list[str]] = mapped_column(default_factory=list)
    missing_count: Mapped[int] = mapped_column(default=0)
    wiped_at: Mapped[datetime | None] = mapped_column(default=None)
    wiped_by: Mapped[UUID | None] = mapped_column(default=None)
    terms_version: Mapped[str] = mapped_column(default="")
    terms_accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    terms_way: Mapped[str] = mapped_column(default="")
    terms_name: Mapped[str] = mapped_column(default="")
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
    link_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)


class LoanAgreement(Row):
    """The agreement as it was accepted, as PDF; never changed."""

    __tablename__ = "loan_agreement"

    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"), unique=True)
    document: Mapped[bytes]
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class LendingBlock(Row):
    """Somebody who may not borrow until a day (inclusive), and why.

    With a `loan_id` the centre's clockwork made it after reminders that brought nothing back.
    """

    __tablename__ = "lending_block"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str]
    until: Mapped[date]
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan.id"), default=None)
