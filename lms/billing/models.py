"""The ledger and the documents. Triggers refuse every change to what has been issued or booked (domain rule 6)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class EntryKind(StrEnum):
    """Why an amount stands in the ledger. Charges and fees are positive, what lessens the debt is negative."""

    CHARGE = "charge"
    FEE = "fee"
    PAYMENT = "payment"
    REFUND = "refund"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    """The centre gives up what is owed: nobody paid, and nothing is asked for any more."""
    HONORARIUM = "honorarium"
    """What a trainer has earned: negative, the centre owes it; positive where a statement is reversed."""
    HONORARIUM_PAID = "honorarium_paid"
    """Money that went to a trainer: positive; negative where the bank returned it."""


class Means(StrEnum):
    """How money came or went: the `provider` of entries of the ledger, which with `provider_event` is unique."""

    ONLINE = "stripe"
    TRANSFER = "bank"
    DIRECT_DEBIT = "debit"
    CASH = "cash"
    VOUCHER = "voucher"
    DESK = "desk"
    """Booked by hand by the cashiers, with a note."""
    MOVED = "moved"
    """From one enrolment to another: the two entries add up to nothing."""


class LedgerEntry(Row):
    """One amount in cents, only ever added; what an enrolment owes is the sum of its entries.

    `share_id` marks the entries of the part that somebody else pays (F-G07): they are that payer's account, and the account
    of whoever enrolled leaves them out.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ix_ledger_entry_enrolment", "enrolment_id"),
        Index("ix_ledger_entry_debtor", "debtor_id"),
        UniqueConstraint("provider", "provider_event"),
    )

    booked_at: Mapped[datetime]
    kind: Mapped[EntryKind]
    amount_cents: Mapped[int]
    cause: Mapped[str]
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"), default=None)
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
    provider: Mapped[str | None] = mapped_column(default=None)
    provider_event: Mapped[str | None] = mapped_column(default=None)
    share_id: Mapped[UUID | None] = mapped_column(default=None, index=True)


class NumberSeries(Base):
    """The last number given in one series and year; raised in the transaction that issues (S-72)."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class InvoiceKind(StrEnum):
    """An invoice, or the credit note that reverses one."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(Row):
    """An issued document. Its number, facts and lines never change; a credit note names what it reverses.

    It is for one enrolment (`enrolment_id`), or for several of one order (`order_id`), which `InvoiceShare` names. One that was
    written by hand has an account of its own: its `enrolment_id` is the id of no enrolment (`terms["by_hand"]`). `terms` says
    how it is paid (`payment_method`). Amounts are gross; `lines` say how each is taxed (`lms.billing.tax.rules.on_line`).
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("series", "year", "counter"),
        CheckConstraint("(kind = 'credit_note') = (reverses_id IS NOT NULL)", name="reversal"),
    )

    kind: Mapped[InvoiceKind]
    series: Mapped[str]
    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    due_on: Mapped[date]
    total_cents: Mapped[int]
    debtor: Mapped[dict[str, Any]]
    lines: Mapped[list[dict[str, Any]]]
    issuer: Mapped[dict[str, Any]]
    tax_note: Mapped[str] = mapped_column(default="")
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    order_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    share_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"), default=None, unique=True)
    terms: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class InvoiceShare(Base):
    """What of a document for several enrolments is for one of them; never changed, like the document."""

    __tablename__ = "invoice_share"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    amount_cents: Mapped[int]


class InvoiceDocument(Base):
    """The bytes of an invoice as they were first handed out, with their SHA-256; never written twice (S-72)."""

    __tablename__ = "invoice_document"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class SettlementCause(StrEnum):
    """Why an enrolment costs something else than before."""

    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    GOODWILL = "goodwill"
    TRANSFERRED = "transferred"
    SUBSTITUTED = "substituted"
    SMALL_GROUP = "small_group"
    REPRICED = "repriced"
    RELEASED = "released"
    OVERPAID = "overpaid"


class SettlementState(StrEnum):
    """Waiting for the cashiers, done, or overtaken by a later one for the same enrolment."""

    OPEN = "open"
    SETTLED = "settled"
    OVERTAKEN = "overtaken"


OPEN_SETTLEMENT = text("state = 'open'")


class Settlement(Row):
    """The request to the cashiers to pay money back or to collect it, with its reason and the sum explained (U13).

    `amount_cents` is what the enrolment's account stood at when it was written: positive is still owed, negative is to be
    paid back. `lines` are messages marked with `N_()`, their parameters and cents. One enrolment has one open at most.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        Index(
            "uq_settlement_open",
            "enrolment_id",
            unique=True,
            postgresql_where=OPEN_SETTLEMENT,
            sqlite_where=OPEN_SETTLEMENT,
        ),
        Index("ix_settlement_state", "state", "requested_at"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    cause: Mapped[SettlementCause]
    amount_cents: Mapped[int]
    lines: Mapped[list[dict[str, Any]]]
    requested_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(LongText, default="")
    due_on: Mapped[date | None] = mapped_column(default=None)
    requested_by: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[SettlementState] = mapped_column(default=SettlementState.OPEN)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_by: Mapped[UUID | None] = mapped_column(default=None)
    settled_note: Mapped[str] = mapped_column(LongText, default="")


class ReceiptKind(StrEnum):
    """A receipt for cash that came in, the one that reverses it, or one for a refund handed out over the counter."""

    RECEIPT = "receipt"
    REVERSAL = "reversal"
    PAYOUT = "payout"


class CashReceipt(Row):
    """A numbered receipt for cash, written with its entry in the ledger; it never changes (triggers, domain rule 6).

    `facts` is what it prints: payer, course, reference, issuer. `given_cents` is what the person handed over, the change
    included. A mistake is put right by a reversal with a number and an entry of its own; `amount_cents` is negative there,
    as it is for a refund handed out in cash, which draws its number from the same series.
    """

    __tablename__ = "cash_receipt"
    __table_args__ = (
        UniqueConstraint("series", "year", "counter"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        CheckConstraint("(kind = 'receipt') = (amount_cents > 0)", name="amount"),
    )

    kind: Mapped[ReceiptKind]
    series: Mapped[str]
    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime] = mapped_column(index=True)
    amount_cents: Mapped[int]
    given_cents: Mapped[int]
    facts: Mapped[dict[str, Any]]
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    cashier_id: Mapped[UUID | None] = mapped_column(default=None)
    cashier_name: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("cash_receipt.id"), default=None, unique=True)
    reason: Mapped[str] = mapped_column(LongText, default="")

    @property
    def change_cents(self) -> int:
        """What the person got back."""
        return self.given_cents - self.amount_cents if self.amount_cents > 0 else 0


class TillCount(Row):
    """What somebody counted in the till, beside what the receipts of the day come to; only ever added."""

    __tablename__ = "till_count"

    day: Mapped[date] = mapped_column(index=True)
    counted_at: Mapped[datetime]
    booked_cents: Mapped[int]
    counted_cents: Mapped[int]
    cashier_id: Mapped[UUID | None] = mapped_column(default=None)
    cashier_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")

    @property
    def difference_cents(self) -> int:
        """How much more than booked was counted; negative where something is missing."""
        return self.counted_cents - self.booked_cents


class RefundMeans(StrEnum):
    """How money goes back: the way it came, to a bank account, over the counter, or as a voucher."""

    ONLINE = "online"
    TRANSFER = "transfer"
    CASH = "cash"
    VOUCHER = "voucher"


class RefundState(StrEnum):
    """From the request to the money being gone.

    REQUESTED waits for a second person (over the set sum), ASKED for an IBAN; READY is to be paid out by whoever carries the
    means, SENT has left the house (the provider has it, it is in a file for the bank). PAID is booked in the ledger. FAILED is
    a task for staff; CANCELLED is over. Nothing leads back from PAID.
    """

    REQUESTED = "requested"
    ASKED = "asked"
    READY = "ready"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


PENDING_REFUNDS = (RefundState.REQUESTED, RefundState.ASKED, RefundState.READY, RefundState.SENT)
"""Promised and not yet booked: nobody may be promised the same money twice."""


class Refund(Row):
    """Money on its way back for one enrolment. The ledger has its entry (`entry_id`) only once it is PAID.

    `provider_payment` is the online payment it goes back to, `provider_ref` what the provider or the bank file calls it.
    `approved_by` is never `requested_by` where a second person is needed (S-08). `is_automatic` was asked for by the service
    itself: money that came too late for a place (S-54). `purpose` stands on the bank statement, `note` is the personal sentence
    in the letter. While ASKED the link that asks for an IBAN holds until `asked_until`; each version of it is good for one use.
    `follows_id` is the refund that failed and that this one replaces.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("(state = 'paid') = (entry_id IS NOT NULL)", name="booked"),
        Index("ix_refund_state", "state", "means"),
        Index("uq_refund_follows", "follows_id", unique=True),
    )

    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    amount_cents: Mapped[int]
    means: Mapped[RefundMeans]
    state: Mapped[RefundState]
    requested_at: Mapped[datetime]
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None)
    settlement_id: Mapped[UUID | None] = mapped_column(ForeignKey("settlement.id"), default=None, index=True)
    reason: Mapped[str] = mapped_column(LongText, default="")
    is_automatic: Mapped[bool] = mapped_column(default=False)
    requested_by: Mapped[UUID | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by: Mapped[UUID | None] = mapped_column(default=None)
    holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    provider_payment: Mapped[str | None] = mapped_column(default=None)
    provider_ref: Mapped[str | None] = mapped_column(default=None, index=True)
    failure: Mapped[str] = mapped_column(LongText, default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None, unique=True)
    version: Mapped[int] = mapped_column(default=1)
    requested_by_name: Mapped[str] = mapped_column(default="")
    approved_by_name: Mapped[str] = mapped_column(default="")
    purpose: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    link_version: Mapped[int] = mapped_column(default=1)
    asked_until: Mapped[datetime | None] = mapped_column(default=None)
    follows_id: Mapped[UUID | None] = mapped_column(default=None)
    transfer_file_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
