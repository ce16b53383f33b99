"""What was begun with the payment provider, and what it has told."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class CheckoutState(StrEnum):
    """How far an attempt to pay has come; only ever forward.

    OPENING is written before the provider is asked, OPEN when its page exists, PROCESSING when a bank needs days. PAID is booked
    in the ledger. EXPIRED and FAILED brought nothing. PUZZLING is money that does not fit what was asked: a task for the cashiers.
    """

    OPENING = "opening"
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    PUZZLING = "puzzling"


UNDECIDED = (CheckoutState.OPENING, CheckoutState.OPEN, CheckoutState.PROCESSING)
"""What may still bring money, and is therefore asked about until it is decided."""
LIVE = text("state IN ('opening', 'open', 'processing')")


class Checkout(Row):
    """One attempt to pay an amount for enrolments of one order, on the provider's page.

    `key` is the idempotency key under which it was opened: asked again, the provider gives the same page. `look_at` is when the
    provider is next asked, should no hook tell. Amounts are cents in euro; what is to be paid comes from our books alone (S-50).
    """

    __tablename__ = "checkout"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("ix_checkout_look", "look_at", postgresql_where=LIVE, sqlite_where=LIVE),
    )

    order_id: Mapped[UUID] = mapped_column(index=True)
    amount_cents: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    look_at: Mapped[datetime]
    state: Mapped[CheckoutState] = mapped_column(default=CheckoutState.OPENING)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    language: Mapped[str] = mapped_column(default="de")
    """Of the page, chosen when the attempt began: asked again in another language, the provider must hear the same words."""
    looks: Mapped[int] = mapped_column(default=0)
    session_id: Mapped[str | None] = mapped_column(default=None, unique=True)
    url: Mapped[str] = mapped_column(LongText, default="")
    intent_id: Mapped[str | None] = mapped_column(default=None, unique=True)
    means: Mapped[str] = mapped_column(default="")
    """What it was paid with, in the provider's word: card, sepa_debit, …"""
    refunded_cents: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
    """Why it is PUZZLING, in words for the cashiers; empty again once somebody has seen to it."""


class CheckoutShare(Base):
    """What of an attempt is for one enrolment, in cents; never changed."""

    __tablename__ = "checkout_share"

    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("checkout.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    amount_cents: Mapped[int]


class ProviderEvent(Base):
    """An event of the provider that was told here, kept by its id in the transaction of its effect (S-51)."""

    __tablename__ = "provider_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    checkout_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("checkout.id", ondelete="SET NULL"), default=None, index=True
    )
    """Whose it is; None for what is not ours, or of a kind that changes nothing."""


class ProviderCustomer(Base):
    """The provider's number for somebody who pays, so that their payments stand together there."""

    __tablename__ = "provider_customer"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(unique=True)


class Dispute(Base):
    """A payment that a bank has taken back, and what became of it."""

    __tablename__ = "dispute"

    id: Mapped[str] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("checkout.id"), index=True)
    amount_cents: Mapped[int]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    noticed_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    """When one of the cashiers has seen to it."""
