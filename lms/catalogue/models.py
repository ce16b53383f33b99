"""Courses and runs."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class Audience(StrEnum):
    """For whom a course is made."""

    SENIORS = "seniors"
    YOUTH = "youth"
    SMES = "smes"
    EVERYONE = "everyone"


class Level(StrEnum):
    """What one should know already."""

    NONE = "none"
    BASIC = "basic"
    ADVANCED = "advanced"


class RunState(StrEnum):
    """From a draft to its end; whether it is full, waiting or under way is derived, never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PaymentMethod(StrEnum):
    """How a price is settled; FREE where there is nothing to pay."""

    FREE = "free"
    ONLINE = "online"
    """At once, by the payment provider; the place is held until the money has arrived."""
    DIRECT_DEBIT = "direct_debit"
    """Collected by us on a later day, by a mandate of the payer."""
    INVOICE = "invoice"
    CASH = "cash"
    VOUCHER = "voucher"
    """A value voucher pays all of it. No run offers it: it comes of the voucher that somebody redeems."""


class CancelFrom(StrEnum):
    """What the last day of free cancelling is counted from (F-E15)."""

    START = "start"
    CLOSING = "closing"
    DAY = "day"
    """Not counted: the day itself is named."""


class Topic(Row):
    """What a course is about, in the visitor's words."""

    __tablename__ = "topic"

    slug: Mapped[str] = mapped_column(unique=True)
    name_de: Mapped[str]
    name_en: Mapped[str]


class Course(Row):
    """What is taught. Texts are Markdown. `source` names where an imported course came from.

    `withdrawal_reason_de` says why there is no right of withdrawal, where there is none (L-15).
    """

    __tablename__ = "course"

    slug: Mapped[str] = mapped_column(unique=True)
    title_de: Mapped[str]
    created_at: Mapped[datetime]
    title_en: Mapped[str] = mapped_column(default="")
    summary_de: Mapped[str] = mapped_column(LongText, default="")
    summary_en: Mapped[str] = mapped_column(LongText, default="")
    text_de: Mapped[str] = mapped_column(LongText, default="")
    text_en: Mapped[str] = mapped_column(LongText, default="")
    prior_knowledge_de: Mapped[str] = mapped_column(LongText, default="")
    prior_knowledge_en: Mapped[str] = mapped_column(LongText, default="")
    bring_de: Mapped[str] = mapped_column(LongText, default="")
    bring_en: Mapped[str] = mapped_column(LongText, default="")
    level: Mapped[Level] = mapped_column(default=Level.NONE)
    language: Mapped[str] = mapped_column(default="de")
    min_age: Mapped[int | None] = mapped_column(default=None)
    max_age: Mapped[int | None] = mapped_column(default=None)
    default_sessions: Mapped[int] = mapped_column(default=4)
    default_minutes: Mapped[int] = mapped_column(default=90)
    default_capacity: Mapped[int] = mapped_column(default=12)
    default_minimum: Mapped[int] = mapped_column(default=5)
    default_price_cents: Mapped[int] = mapped_column(default=0)
    default_concession_cents: Mapped[int | None] = mapped_column(default=None)
    certificate_threshold_percent: Mapped[int] = mapped_column(default=80)
    has_withdrawal_right: Mapped[bool] = mapped_column(default=True)
    withdrawal_reason_de: Mapped[str] = mapped_column(default="")
    withdrawal_reason_en: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)


class CourseAudience(Base):
    """One audience of one course."""

    __tablename__ = "course_audience"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)


class CourseTopic(Base):
    """One topic of one course."""

    __tablename__ = "course_topic"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(
        ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Outcome(Row):
    """What a learner can do afterwards, named by its DigComp 2.2 competence ("1.2") and proficiency level (1 to 8)."""

    __tablename__ = "outcome"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    sentence_de: Mapped[str]
    sentence_en: Mapped[str]
    competence: Mapped[str]
    proficiency: Mapped[int]


class SearchWord(Base):
    """One folded word of a course's text, by which it is found on both databases alike; titles weigh more.

    `written` is the word as it stands in the text, to be shown when it was guessed from a misspelt one.
    """

    __tablename__ = "search_word"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True, index=True)
    weight: Mapped[int]
    written: Mapped[str] = mapped_column(default="")


class CatalogueChange(Base):
    """Counts what has changed of the public programme, so that pages know whether they are still true.

    The sum of `amount` by name rises with each committed change: `programme`, `places`, `words` and `calendar`. Triggers move it. On
    PostgreSQL each change adds a row, so that no two enrolments wait for one counter; `freshness.compact` joins them again.
    """

    __tablename__ = "catalogue_change"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, init=False
    )
    name: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)


class Run(Row):
    """One offering of a course.

    `occupied` counts the enrolments that hold a place; only triggers of the enrolment table move it, and the check below
    is domain rule 1. `starts_at` to `unit_minutes` repeat what the sessions say, for lists; `scheduling` keeps them true.
    `drop_in_places` are further places in each session, for people who come to single sessions (F-B05).
    With `company_id` the run is closed: only this company and the team know of it (F-F07). Companies name and replace
    people until `naming_days` days before the first session, with none until it begins.
    Deadlines may follow the dates (F-E02): with `opens_days_before`, `closes_days_before` (days before the first session,
    negative after it) or `promotion_session` (until its k-th session begins) the moment beside it is reckoned anew whenever
    dates move; where they are None the moment was chosen and stays. `has_conditions` says that enrolling asks for something.
    `tax_code` names how it is taxed (`lms.billing.tax`), nothing for the way of the centre.
    `follows_run_id` is the run this one carries on; its participants may enrol from `follow_opens_at` on, before `enrolment_opens_at` (F-E17).
    With `early_days` only those with a right to book early (`lms.enrolment.early`) may enrol for so many days after it is published (F-N10).
    `is_open_ended` is a club (F-N09): it has no last session until the team ends it (`lms.scheduling.clubs`). Then `starts_at` is the next
    session, when whoever joins today begins, and `ends_at` the last of those that are made ahead. While it has no date both name the
    moment at which it probably goes on (`is_pausing`): a pause is no end.
    `cost_centre` is what the accountants want to see on its bookings (F-G13); nothing else depends on it.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("occupied >= 0 AND occupied <= capacity", name="places"),
        CheckConstraint("price_cents >= 0", name="price"),
        UniqueConstraint("source", "source_id"),
        Index("ix_run_list", "state", "starts_at"),
        Index("ix_run_next", "starts_at", "number"),
        Index("ix_run_course", "course_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    number: Mapped[str] = mapped_column(unique=True)
    capacity: Mapped[int]
    created_at: Mapped[datetime]
    minimum: Mapped[int] = mapped_column(default=1)
    state: Mapped[RunState] = mapped_column(default=RunState.DRAFT)
    occupied: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    price_cents: Mapped[int] = mapped_column(default=0)
    concession_cents: Mapped[int | None] = mapped_column(default=None)
    payment_methods: Mapped[list[str]] = mapped_column(default_factory=lambda: ["invoice", "cash"])
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"), default=None, index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), default=None)
    is_online: Mapped[bool] = mapped_column(default=False)
    step_free: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    weekdays: Mapped[int] = mapped_column(default=0)
    dayparts: Mapped[int] = mapped_column(default=0)
    session_count: Mapped[int] = mapped_column(default=0)
    total_minutes: Mapped[int] = mapped_column(default=0)
    enrolment_opens_at: Mapped[datetime | None] = mapped_column(default=None)
    enrolment_closes_at: Mapped[datetime | None] = mapped_column(default=None)
    promotion_ends_at: Mapped[datetime | None] = mapped_column(default=None)
    cancel_free_days: Mapped[int] = mapped_column(default=7)
    cancel_fee_percent: Mapped[int] = mapped_column(default=50)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_reason_de: Mapped[str] = mapped_column(LongText, default="")
    cancelled_reason_en: Mapped[str] = mapped_column(LongText, default="")
    attendance_locked_at: Mapped[datetime | None] = mapped_column(default=None)
    room_override_reason: Mapped[str] = mapped_column(default="")
    note_de: Mapped[str] = mapped_column(LongText, default="")
    note_en: Mapped[str] = mapped_column(LongText, default="")
    drop_in_places: Mapped[int] = mapped_column(default=0)
    drop_in_price_cents: Mapped[int] = mapped_column(default=0)
    company_id: Mapped[UUID | None] = mapped_column(default=None)
    naming_days: Mapped[int] = mapped_column(default=0)
    follows_run_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    follow_opens_at: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str | None] = mapped_column(default=None)
    source_id: Mapped[str | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    opens_days_before: Mapped[int | None] = mapped_column(default=None)
    closes_days_before: Mapped[int | None] = mapped_column(default=None)
    promotion_session: Mapped[int | None] = mapped_column(default=None)
    cancel_from: Mapped[CancelFrom] = mapped_column(default=CancelFrom.START)
    tax_code: Mapped[str] = mapped_column(default="")
    cancel_free_until: Mapped[date | None] = mapped_column(default=None)
    has_conditions: Mapped[bool] = mapped_column(default=False)
    cost_centre: Mapped[str] = mapped_column(default="")
    early_days: Mapped[int | None] = mapped_column(default=None)
    is_open_ended: Mapped[bool] = mapped_column(default=False)

    @property
    def free(self) -> int:
        """Places that nobody occupies."""
        return self.capacity - self.occupied

    @property
    def is_pausing(self) -> bool:
        """Whether this is a club that has no coming date: `starts_at` is then only when it probably goes on."""
        return self.is_open_ended and self.starts_at is not None and self.starts_at == self.ends_at
