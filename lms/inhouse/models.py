"""Requests of companies, what was said about them, and the offers. What has been sent keeps its paper, byte for byte."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class RequestState(StrEnum):
    """How far it has come; LAPSED: the offer ran out without an answer, RUN: a closed run was made of it."""

    NEW = "new"
    CLARIFYING = "clarifying"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RUN = "run"


class TrainingPlace(StrEnum):
    """Where the company would like to learn."""

    COMPANY = "company"
    CENTRE = "centre"
    ONLINE = "online"
    OPEN = "open"


class DevicesFrom(StrEnum):
    """Whose devices are used."""

    OWN = "own"
    CENTRE = "centre"
    OPEN = "open"


class TrainingRequest(Row):
    """What somebody would like their company to learn.

    `company_name` is what was typed; `company_id` is known when a contact asks, or when the team has said which company it is.
    `topic` is empty where `wants_advice`: they do not know yet. `weekdays` are "0" (Monday) to "6". What is typed about people's
    needs, and who asked, is forgotten a year after the end (`forgotten_at`). `invoice_id` is the invoice of what is not paid seat by
    seat: a fixed sum, travel, material.
    """

    __tablename__ = "training_request"
    __table_args__ = (
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("budget_cents IS NULL OR budget_cents > 0", name="budget"),
        Index("ix_training_request_state", "state", "created_at"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    company_name: Mapped[str]
    people: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    topic: Mapped[str] = mapped_column(LongText, default="")
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), default=None)
    wants_advice: Mapped[bool] = mapped_column(default=False)
    knowledge: Mapped[str] = mapped_column(LongText, default="")
    place: Mapped[TrainingPlace] = mapped_column(default=TrainingPlace.OPEN)
    address: Mapped[str] = mapped_column(default="")
    devices: Mapped[DevicesFrom] = mapped_column(default=DevicesFrom.OPEN)
    periods: Mapped[str] = mapped_column(LongText, default="")
    weekdays: Mapped[list[str]] = mapped_column(default_factory=list)
    access: Mapped[str] = mapped_column(LongText, default="")
    budget_cents: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[RequestState] = mapped_column(default=RequestState.NEW)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    link_version: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(LongText, default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"), default=None, unique=True)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"), default=None)
    forgotten_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class RemarkKind(StrEnum):
    """A note of the team, a question that was sent, or an answer to one."""

    NOTE = "note"
    QUESTION = "question"
    ANSWER = "answer"


class TrainingRemark(Row):
    """What was noted, asked and answered about a request. Notes are for the team alone."""

    __tablename__ = "training_remark"

    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("training_request.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    kind: Mapped[RemarkKind]
    text: Mapped[str] = mapped_column(LongText)
    author: Mapped[str] = mapped_column(default="")
    account_id: Mapped[UUID | None] = mapped_column(default=None)


class PriceKind(StrEnum):
    """One sum for everybody together, or a price for each person."""

    FIXED = "fixed"
    PER_PERSON = "per_person"


class TrainingOfferState(StrEnum):
    """A draft, sent and open, or what has become of it; REPLACED by a newer one."""

    DRAFT = "draft"
    SENT = "sent"
    REPLACED = "replaced"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


DRAFTED, HOLDS = text("state = 'draft'"), text("state IN ('sent', 'accepted')")


class TrainingOffer(Row):
    """What the centre offers: what, when, for how many, for how much; and what it costs the centre itself.

    The number is drawn with the draft: there may be gaps, and never one twice. Of the offers of a request one at most is a draft,
    and one at most can be accepted or is. What was sent is frozen in `facts` and never changed again; only its state does.
    Money in cents, gross. `regular_cents` is what it would cost without a reduction, where there is one.
    """

    __tablename__ = "training_offer"
    __table_args__ = (
        UniqueConstraint("year", "counter"),
        Index("uq_training_offer_draft", "request_id", unique=True, postgresql_where=DRAFTED, sqlite_where=DRAFTED),
        Index("uq_training_offer_holds", "request_id", unique=True, postgresql_where=HOLDS, sqlite_where=HOLDS),
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("price_cents >= 0 AND travel_cents >= 0 AND material_cents >= 0", name="price"),
        Index("ix_training_offer_state", "state", "valid_until"),
    )  # fmt: skip

    request_id: Mapped[UUID] = mapped_column(ForeignKey("training_request.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    counter: Mapped[int]
    created_at: Mapped[datetime]
    title: Mapped[str]
    people: Mapped[int]
    valid_until: Mapped[date]
    price_kind: Mapped[PriceKind]
    price_cents: Mapped[int]
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), default=None)
    units: Mapped[int] = mapped_column(default=0)
    place: Mapped[TrainingPlace] = mapped_column(default=TrainingPlace.CENTRE)
    address: Mapped[str] = mapped_column(default="")
    days: Mapped[list[str]] = mapped_column(default_factory=list)
    starts_at: Mapped[time | None] = mapped_column(default=None)
    minutes: Mapped[int] = mapped_column(default=0)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    trainer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    thing: Mapped[str] = mapped_column(default="")
    things: Mapped[int] = mapped_column(default=0)
    travel_cents: Mapped[int] = mapped_column(default=0)
    material_cents: Mapped[int] = mapped_column(default=0)
    regular_cents: Mapped[int | None] = mapped_column(default=None)
    tax_code: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(LongText, default="")
    fee_cents: Mapped[int] = mapped_column(default=0)
    room_cents: Mapped[int] = mapped_column(default=0)
    other_cents: Mapped[int] = mapped_column(default=0)
    state: Mapped[TrainingOfferState] = mapped_column(default=TrainingOfferState.DRAFT)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[str] = mapped_column(default="")
    answered_account: Mapped[UUID | None] = mapped_column(default=None)
    wording: Mapped[str] = mapped_column(LongText, default="")
    reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


class TrainingOfferPaper(Base):
    """The offer as it was sent, with its SHA-256; never written twice, never changed (trigger)."""

    __tablename__ = "training_offer_paper"

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("training_offer.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]
