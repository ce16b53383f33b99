"""Vouchers and what became of them. What must never be exceeded is a constraint; their history is only ever added to."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.audit.models import Serial
from lms.db import Base, LongText, Row


class VoucherKind(StrEnum):
    """Tax and bookkeeping keep them apart: a discount lessens the price, a value voucher pays it (§ 3 (13) to (15) UStG)."""

    DISCOUNT = "discount"
    VALUE = "value"


class VoucherOrigin(StrEnum):
    """Where it comes from."""

    TEAM = "team"
    SOLD = "sold"
    CREDIT = "credit"
    """Money that went back as a voucher."""


class VoucherState(StrEnum):
    """Active or blocked; that it is used up, expired or not valid yet follows from its sums and days."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class DeliverTo(StrEnum):
    """To whom a gift voucher goes, and how."""

    ME_EMAIL = "me_email"
    ME_POST = "me_post"
    THEM_EMAIL = "them_email"
    THEM_POST = "them_post"


class OrderState(StrEnum):
    """A gift voucher comes into being when its order is paid."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


class VoucherOrder(Row):
    """Somebody wants to buy a gift voucher: a debt of its own, until it is paid (`entry_id`) or cancelled.

    Selling a voucher for several purposes is no turnover yet (§ 3 (15) UStG): so there is no invoice, and nothing is charged
    in the ledger before the money is there. `form_key` makes sending the form twice as good as once. With `deliver_on` the
    voucher waits for that day.
    """

    __tablename__ = "voucher_order"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("(state = 'paid') = (entry_id IS NOT NULL)", name="booked"),
        Index("ix_voucher_order_state", "state", "ordered_at"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    form_key: Mapped[str] = mapped_column(unique=True)
    ordered_at: Mapped[datetime]
    amount_cents: Mapped[int]
    buyer_name: Mapped[str]
    deliver_to: Mapped[DeliverTo]
    due_on: Mapped[date]
    buyer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    email: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="de")
    for_name: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(LongText, default="")
    their_email: Mapped[str] = mapped_column(default="")
    their_street: Mapped[str] = mapped_column(default="")
    their_postal_code: Mapped[str] = mapped_column(default="")
    their_city: Mapped[str] = mapped_column(default="")
    deliver_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[OrderState] = mapped_column(default=OrderState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None, unique=True)


class Voucher(Row):
    """A discount code or a value voucher.

    `code_hash` is all that is kept of the code of a value voucher, beside its `last_four`; of a discount code, which is no
    money, the team may read the `word`. Days are whole days at the venues; both are included.
    A value voucher has a `face_cents` and what is left of it, `balance_cents`. A discount code takes off `percent` or
    `off_cents` of each place, `uses` of `most_uses` times, and `used_cents` of `budget_cents` altogether; empty lists of
    courses, runs and audiences mean all. Nothing here goes below zero or above its bound: the database refuses.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        CheckConstraint("balance_cents >= 0 AND balance_cents <= face_cents", name="balance"),
        CheckConstraint("budget_cents IS NULL OR used_cents <= budget_cents", name="budget"),
        CheckConstraint("most_uses IS NULL OR uses <= most_uses", name="uses"),
        CheckConstraint("used_cents >= 0 AND uses >= 0", name="used"),
        CheckConstraint("(kind = 'value') = (face_cents > 0)", name="face"),
        CheckConstraint("kind = 'value' OR (percent IS NULL) <> (off_cents IS NULL)", name="one_amount"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint("off_cents > 0", name="off"),
        Index("ix_voucher_kind", "kind", "issued_at"),
        Index("ix_voucher_last_four", "last_four"),
    )

    kind: Mapped[VoucherKind]
    origin: Mapped[VoucherOrigin]
    code_hash: Mapped[str] = mapped_column(unique=True)
    last_four: Mapped[str]
    issued_at: Mapped[datetime]
    valid_until: Mapped[date]
    valid_from: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[VoucherState] = mapped_column(default=VoucherState.ACTIVE)
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="de")
    face_cents: Mapped[int] = mapped_column(default=0)
    balance_cents: Mapped[int] = mapped_column(default=0)
    for_name: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(LongText, default="")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher_order.id"), default=None, unique=True)
    cause_key: Mapped[str | None] = mapped_column(default=None, unique=True)
    """What it was issued for, where that must happen once: a refund, a line of a form."""
    batch_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    word: Mapped[str] = mapped_column(default="")
    percent: Mapped[int | None] = mapped_column(default=None)
    off_cents: Mapped[int | None] = mapped_column(default=None)
    budget_cents: Mapped[int | None] = mapped_column(default=None)
    used_cents: Mapped[int] = mapped_column(default=0)
    most_uses: Mapped[int | None] = mapped_column(default=None)
    uses: Mapped[int] = mapped_column(default=0)
    is_once_per_person: Mapped[bool] = mapped_column(default=False)
    course_ids: Mapped[list[str]] = mapped_column(default_factory=list)
    run_ids: Mapped[list[str]] = mapped_column(default_factory=list)
    audiences: Mapped[list[str]] = mapped_column(default_factory=list)
    version: Mapped[int] = mapped_column(default=1)


class RedemptionState(StrEnum):
    """Kept for somebody, redeemed, or given back as a whole."""

    RESERVED = "reserved"
    REDEEMED = "redeemed"
    GIVEN_BACK = "given_back"


class VoucherRedemption(Row):
    """What one voucher gives to one enrolment. `once_key` is filled while it counts, where a code is for each person once.

    A reservation of value is redeemed when the place is confirmed; it comes back when the enrolment ends, or at `held_until`
    (None: as long as the enrolment waits). `returned_cents` of what was redeemed have come back to the voucher.
    """

    __tablename__ = "voucher_redemption"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("returned_cents >= 0 AND returned_cents <= amount_cents", name="returned"),
        Index("ix_voucher_redemption_held", "state", "held_until"),
    )

    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[VoucherKind]
    amount_cents: Mapped[int]
    state: Mapped[RedemptionState]
    made_at: Mapped[datetime]
    held_until: Mapped[datetime | None] = mapped_column(default=None)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    once_key: Mapped[str | None] = mapped_column(default=None, unique=True)
    returned_cents: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None, unique=True)


class VoucherEvent(Base):
    """What happened to a voucher; only ever added. `cents` is by how much its balance (or what is left of its budget) changed.

    The sum over a value voucher's events is its balance.
    """

    __tablename__ = "voucher_event"

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True, init=False)
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    cents: Mapped[int] = mapped_column(default=0)
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None)
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
    actor_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")
