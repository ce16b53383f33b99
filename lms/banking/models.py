"""Statements and their lines as the bank told them, which never change, and beside them what became of each line."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.banking.reading.values import Format
from lms.db import Base, LongText, Row


class BankAccount(Base):
    """An account of the centre; whoever imports for it locks this row, so that one booking is never kept twice."""

    __tablename__ = "bank_account"

    iban: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class BankStatement(Row):
    """One statement of one file. Triggers refuse every change."""

    __tablename__ = "bank_statement"
    __table_args__ = (Index("ix_bank_statement_account", "account_iban", "ends_on"),)

    account_iban: Mapped[str] = mapped_column(ForeignKey("bank_account.iban"))
    format: Mapped[Format]
    imported_at: Mapped[datetime] = mapped_column(index=True)
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    sum_cents: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int]
    new_entries: Mapped[int]
    name: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int | None] = mapped_column(default=None)
    opening_cents: Mapped[int | None] = mapped_column(BigInteger, default=None)
    closing_cents: Mapped[int | None] = mapped_column(BigInteger, default=None)
    currency: Mapped[str] = mapped_column(default="EUR")
    skipped: Mapped[int] = mapped_column(default=0)
    file_name: Mapped[str] = mapped_column(default="")
    file_sha256: Mapped[str] = mapped_column(default="")
    imported_by: Mapped[UUID | None] = mapped_column(default=None)

    @property
    def gap_cents(self) -> int:
        """What the balances say more than the bookings come to; 0 where both agree or the bank gives no balances."""
        if self.opening_cents is None or self.closing_cents is None:
            return 0
        return self.closing_cents - self.opening_cents - self.sum_cents


class BankLine(Row):
    """One payment, kept once; a batch with details is several of one `entry_id`. Triggers refuse every change.

    `statement_id` is the statement that brought it first; `Sighting` says which others show it too.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        Index("ix_bank_line_day", "account_iban", "booked_on"),
        Index("ix_bank_line_iban", "iban"),
        Index("ix_bank_line_entry_id", "entry_id"),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    account_iban: Mapped[str]
    entry_id: Mapped[UUID]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    booked_on: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default="EUR")
    valued_on: Mapped[date | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    bic: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(LongText, default="")
    end_to_end: Mapped[str] = mapped_column(default="")
    mandate: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    is_reversal: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    original_cents: Mapped[int] = mapped_column(default=0)
    fee_cents: Mapped[int] = mapped_column(default=0)


class Sighting(Base):
    """That a statement shows a booking, in its own way; also where another one had brought it. Triggers refuse every change."""

    __tablename__ = "bank_sighting"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("bank_statement.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    account_iban: Mapped[str]
    booked_on: Mapped[date]
    facts: Mapped[dict[str, Any]]


class LineState(StrEnum):
    """What became of a line. RETURNING is a task: the money goes back to whoever sent it, by hand at the bank."""

    OPEN = "open"
    BOOKED = "booked"
    ASIDE = "aside"
    RETURNING = "returning"
    RETURNED = "returned"
    REPORTED = "reported"
    """A debit that came back; whoever collects has been told."""


class AsideReason(StrEnum):
    """Why a line is no payment for a course."""

    PAYOUT = "payout"
    """The provider of online payments pays out what is booked already."""
    COLLECTION = "collection"
    """The sum of our own direct debits."""
    CHARGES = "charges"
    TRANSFER = "transfer"
    OTHER = "other"


class Clearing(Base):
    """What the team decided about a line. `rounds` counts bookings, so that each has events of its own in the ledger."""

    __tablename__ = "line_clearing"
    __table_args__ = (Index("ix_line_clearing_state", "state"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey("bank_line.id"), primary_key=True)
    state: Mapped[LineState] = mapped_column(default=LineState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    rounds: Mapped[int] = mapped_column(default=0)
    aside: Mapped[AsideReason | None] = mapped_column(default=None)
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refund.id"), default=None)
    fee_payout_id: Mapped[UUID | None] = mapped_column(default=None)
    """The transfer of a trainer's fee that left or came back."""
    note: Mapped[str] = mapped_column(LongText, default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_name: Mapped[str] = mapped_column(default="")


class LinePart(Row):
    """What of a line was booked on one account (`matching.values.Debt.account_id`); `undone_at` where that was taken back."""

    __tablename__ = "line_part"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        UniqueConstraint("line_id", "round", "enrolment_id"),
    )

    line_id: Mapped[UUID] = mapped_column(ForeignKey("bank_line.id"), index=True)
    round: Mapped[int]
    account_id: Mapped[UUID] = mapped_column("enrolment_id", index=True)
    """The column is named as when there were accounts of enrolments alone."""
    amount_cents: Mapped[int]
    event: Mapped[str]
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class KnownAccount(Row):
    """That somebody of the team confirmed: this account belongs to this person or company. Nothing is learnt without that."""

    __tablename__ = "known_account"
    __table_args__ = (
        UniqueConstraint("iban", "person_id", "company_id"),
        CheckConstraint("(person_id IS NULL) <> (company_id IS NULL)", name="whose"),
    )

    iban: Mapped[str] = mapped_column(index=True)
    confirmed_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None)
    confirmed_by: Mapped[UUID | None] = mapped_column(default=None)


class ColumnProfile(Row):
    """Which column of a bank's table is what, named once; found again by its headings."""

    __tablename__ = "column_profile"

    name: Mapped[str]
    headings: Mapped[str] = mapped_column(LongText, unique=True)
    columns: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(default=None)


class StatementDraft(Row):
    """A file that waits for somebody to say what its columns are; gone after a day."""

    __tablename__ = "statement_draft"

    file_name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    uploaded_by: Mapped[UUID | None] = mapped_column(default=None)
