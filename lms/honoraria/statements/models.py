"""Fee statements with their lines, who approved them, how they are paid, and what is known of those who are paid.

Triggers refuse every change to what was confirmed (domain rule 6): wrong statements are rejected or reversed, and made anew.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class StatementKind(StrEnum):
    """A statement, or the one that takes back a statement as a whole."""

    STATEMENT = "statement"
    REVERSAL = "reversal"


class StatementState(StrEnum):
    """OPEN collects; CONFIRMED by the trainer, its lines are fixed; APPROVED by finance, it has a number and is booked; PAID.

    REJECTED and REVERSED are over: their sessions are free for another statement. From PAID back to APPROVED leads only a
    transfer that the bank has returned.
    """

    OPEN = "open"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"
    REVERSED = "reversed"


IS_OPEN = text("state = 'open' AND kind = 'statement'")
IS_LIVING_REVERSAL = text("reverses_id IS NOT NULL AND state <> 'rejected'")


class FeeStatement(Row):
    """What a trainer is owed for one month (`month` is its first day). A month may have several, one open at a time.

    `total_cents` is what was earned; `carried_cents` (never positive) what is kept back of it for money paid by a statement
    that was reversed. `facts` are frozen when it is confirmed: names, addresses, tax, account without its middle. The number is
    drawn when it is issued, that is approved. A reversal is confirmed by whoever asks for it.
    """

    __tablename__ = "fee_statement"
    __table_args__ = (
        Index(
            "uq_fee_statement_open", "person_id", "month", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
        ),
        Index(
            "uq_fee_statement_reverses", "reverses_id", unique=True,
            sqlite_where=IS_LIVING_REVERSAL, postgresql_where=IS_LIVING_REVERSAL,
        ),
        Index("ix_fee_statement_state", "state", "month"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        CheckConstraint("carried_cents <= 0", name="carried"),
    )  # fmt: skip

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    month: Mapped[date]
    opened_at: Mapped[datetime]
    kind: Mapped[StatementKind] = mapped_column(default=StatementKind.STATEMENT)
    state: Mapped[StatementState] = mapped_column(default=StatementState.OPEN)
    total_cents: Mapped[int] = mapped_column(default=0)
    carried_cents: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    confirmed_by: Mapped[UUID | None] = mapped_column(default=None)
    confirmed_by_name: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None] = mapped_column(default=None)
    counter: Mapped[int | None] = mapped_column(default=None)
    number: Mapped[str | None] = mapped_column(unique=True, default=None)
    issued_at: Mapped[datetime | None] = mapped_column(default=None)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True, default=None)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("fee_statement.id"), default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_name: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(LongText, default="")
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def pay_cents(self) -> int:
        """What is transferred."""
        return self.total_cents + self.carried_cents


class LineKind(StrEnum):
    """What a line is for. SESSION, CANCELLED and TRAVEL come from the plan, CARRIED from a reversal, the others by hand."""

    SESSION = "session"
    CANCELLED = "cancelled"
    """A session that was called off too late to find other work for it."""
    TRAVEL = "travel"
    """The way to a venue: once for each day of teaching."""
    JOURNEY = "journey"
    """Travel that was entered by hand."""
    MATERIAL = "material"
    OTHER = "other"
    DEDUCTION = "deduction"
    CARRIED = "carried"


STANDING_SESSION = text("stands AND session_id IS NOT NULL")
STANDING_TRAVEL = text("stands AND kind = 'travel'")
SQLITE_STANDING_SESSION = text("stands = 1 AND session_id IS NOT NULL")
SQLITE_STANDING_TRAVEL = text("stands = 1 AND kind = 'travel'")


class FeeLine(Row):
    """One amount of a statement, rounded once. While it `stands` its session is paid, once for each person (unique index).

    `minutes` and `unit_cents` (for 45 minutes) say how it came about; `shared_by` is among how many the units are divided.
    `facts` are what was printed: course, run, times, place. Lines by hand name who added them and why.
    """

    __tablename__ = "fee_line"
    __table_args__ = (
        Index(
            "uq_fee_line_session", "person_id", "session_id", unique=True,
            sqlite_where=SQLITE_STANDING_SESSION, postgresql_where=STANDING_SESSION,
        ),
        Index(
            "uq_fee_line_travel", "person_id", "day", unique=True,
            sqlite_where=SQLITE_STANDING_TRAVEL, postgresql_where=STANDING_TRAVEL,
        ),
        CheckConstraint("minutes >= 0 AND shared_by >= 1", name="minutes"),
    )  # fmt: skip

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("fee_statement.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[LineKind]
    day: Mapped[date]
    cents: Mapped[int]
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    run_id: Mapped[UUID | None] = mapped_column(default=None)
    minutes: Mapped[int] = mapped_column(default=0)
    unit_cents: Mapped[int] = mapped_column(default=0)
    shared_by: Mapped[int] = mapped_column(default=1)
    is_substitution: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    reason: Mapped[str] = mapped_column(LongText, default="")
    carried_from_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    added_at: Mapped[datetime | None] = mapped_column(default=None)
    added_by: Mapped[UUID | None] = mapped_column(default=None)
    added_by_name: Mapped[str] = mapped_column(default="")
    stands: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by: Mapped[UUID | None] = mapped_column(default=None)


class FeeApproval(Base):
    """That somebody of finance has agreed; over the sum for a second person two have to. Triggers refuse every change."""

    __tablename__ = "fee_approval"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("fee_statement.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    approved_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")


class FeeDocument(Base):
    """The bytes of an issued statement, with their SHA-256; written once. Triggers refuse every change."""

    __tablename__ = "fee_document"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("fee_statement.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class PayoutState(StrEnum):
    """ASKED waits for the trainer's account, READY for a file, SENT is with the bank, PAID is booked; the others are over."""

    ASKED = "asked"
    READY = "ready"
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"


LIVING = text("state NOT IN ('returned', 'cancelled')")


class FeePayout(Row):
    """One transfer for one statement, to the account that was known when it was approved. One lives at a time."""

    __tablename__ = "fee_payout"
    __table_args__ = (
        Index(
            "uq_fee_payout_living", "statement_id", unique=True, sqlite_where=LIVING, postgresql_where=LIVING
        ),
        Index("ix_fee_payout_state", "state"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state <> 'paid' OR entry_id IS NOT NULL", name="booked"),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("fee_statement.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    amount_cents: Mapped[int]
    state: Mapped[PayoutState]
    made_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(default="")
    holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    transfer_file_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("transfer_file.id"), default=None, index=True
    )
    provider_ref: Mapped[str | None] = mapped_column(default=None, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    failure: Mapped[str] = mapped_column(LongText, default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True, default=None)
    version: Mapped[int] = mapped_column(default=1)


class FeeObjection(Row):
    """What a trainer finds wrong about a session or the whole, and the answer. Its id is that of the form."""

    __tablename__ = "fee_objection"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("fee_statement.id"), index=True)
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(LongText)
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    about: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_name: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(LongText, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class SessionHeld(Base):
    """That whoever taught a session says that it took place, although its attendance is not complete."""

    __tablename__ = "session_held"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    confirmed_at: Mapped[datetime]


class SharedFee(Base):
    """A run whose units are divided among those who teach a session together; without it each gets all of them."""

    __tablename__ = "shared_fee"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(default=None)


class VatKind(StrEnum):
    """How a trainer's fees are taxed: not at all as a small business, exempt for teaching, or at the full rate."""

    SMALL = "small"
    EXEMPT_21 = "exempt_21"
    EXEMPT_22 = "exempt_22"
    REGULAR = "regular"


class FeeAccount(Base):
    """Where a trainer's money goes, and what the tax office wants on the statement. Others see the IBAN without its middle."""

    __tablename__ = "fee_account"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    changed_at: Mapped[datetime]
    holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(default="")
    vat_id: Mapped[str] = mapped_column(default="")
    vat_kind: Mapped[VatKind] = mapped_column(default=VatKind.SMALL)
    version: Mapped[int] = mapped_column(default=1)
