"""Mandates, what is to be collected by them, and the files for the bank."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class DebitMandateWay(StrEnum):
    """How the payer agreed."""

    SCREEN = "screen"
    PAPER = "paper"


class DebitMandateState(StrEnum):
    """WAITING is a form on paper that nobody has signed yet; BLOCKED is one that a bank has refused. Only ACTIVE ones are used."""

    WAITING = "waiting"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class DebitMandate(Row):
    """A payer lets the centre collect from an account (Lastschriftmandat); not a mandate to act for others (`people`).

    The payer is `person_id`, or with `company_id` the company, for which that person agreed. `wording` is what was read, word
    for word, under `wording_version`. `signed_on` is the day of the signature, on screen that of the tick; `last_used_on` the
    day of the last collection handed in. `is_amended` says that the account is another than the bank knows: the next
    collection tells it (`former_iban`).
    """

    __tablename__ = "debit_mandate"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'revoked') OR signed_on IS NOT NULL", name="signed"),
        Index("ix_debit_mandate_state", "state", "last_used_on"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    holder: Mapped[str]
    iban: Mapped[str]
    creditor_id: Mapped[str]
    way: Mapped[DebitMandateWay]
    state: Mapped[DebitMandateState]
    wording: Mapped[str] = mapped_column(LongText)
    wording_version: Mapped[str]
    created_at: Mapped[datetime]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    bic: Mapped[str] = mapped_column(default="")
    bank: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime | None] = mapped_column(default=None)
    signed_on: Mapped[date | None] = mapped_column(default=None)
    last_used_on: Mapped[date | None] = mapped_column(default=None)
    former_iban: Mapped[str] = mapped_column(default="")
    is_amended: Mapped[bool] = mapped_column(default=False)
    blocked_for: Mapped[str] = mapped_column(default="")
    """The bank's reason code, such as AC04 (account closed)."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    end_reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


class ChosenMandate(Base):
    """By which mandate an enrolment is paid; written with the enrolment, and kept while it waits for a place."""

    __tablename__ = "chosen_mandate"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("debit_mandate.id"), index=True)


class DebitState(StrEnum):
    """PLANNED until the payer is told (ANNOUNCED), then in a file for the bank, then COLLECTED; RETURNED came back."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    IN_FILE = "in_file"
    COLLECTED = "collected"
    RETURNED = "returned"
    CANCELLED = "cancelled"


OPEN_DEBIT = text("state IN ('planned', 'announced', 'in_file')")


class Debit(Row):
    """One collection for one enrolment; one is open at most. What is collected is what is owed when the file is made.

    `begins_on` is the first day of somebody who comes to single sessions; else the run says when it begins. With `is_fixed`
    the team chose the day, and the rule leaves it alone. `announced_cents` on `announced_for` is what the payer was told last.
    `handled_at` is when the team had dealt with what came back.
    """

    __tablename__ = "debit"
    __table_args__ = (
        Index(
            "uq_debit_open",
            "enrolment_id",
            unique=True,
            postgresql_where=OPEN_DEBIT,
            sqlite_where=OPEN_DEBIT,
        ),
        Index("ix_debit_state", "state", "collect_on"),
        CheckConstraint("(state IN ('planned', 'announced', 'cancelled')) = (file_id IS NULL)", name="filed"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    run_id: Mapped[UUID]
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("debit_mandate.id"), index=True)
    end_to_end_id: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    collect_on: Mapped[date]
    planned_at: Mapped[datetime]
    state: Mapped[DebitState] = mapped_column(default=DebitState.PLANNED)
    begins_on: Mapped[date | None] = mapped_column(default=None)
    is_fixed: Mapped[bool] = mapped_column(default=False)
    announced_cents: Mapped[int | None] = mapped_column(default=None)
    announced_for: Mapped[date | None] = mapped_column(default=None)
    notices: Mapped[int] = mapped_column(default=0)
    amount_cents: Mapped[int | None] = mapped_column(default=None)
    """What stands in the file."""
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("debit_file.id"), default=None, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    end_reason: Mapped[str] = mapped_column(default="")
    """Why it is CANCELLED: a key of `words.ENDED`; for a RETURNED one the bank's code."""
    fee_cents: Mapped[int] = mapped_column(default=0)
    handled_at: Mapped[datetime | None] = mapped_column(default=None)
    handled_by: Mapped[UUID | None] = mapped_column(default=None)
    handled_note: Mapped[str] = mapped_column(LongText, default="")


class DebitFileState(StrEnum):
    """MADE may still be withdrawn; SUBMITTED is with the bank; CREDITED is booked."""

    MADE = "made"
    WITHDRAWN = "withdrawn"
    SUBMITTED = "submitted"
    CREDITED = "credited"


class DebitFile(Row):
    """A numbered collection file (pain.008). Its bytes never change."""

    __tablename__ = "debit_file"
    __table_args__ = (UniqueConstraint("year", "counter"),)

    number: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    counter: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    total_cents: Mapped[int]
    first_day: Mapped[date]
    state: Mapped[DebitFileState] = mapped_column(default=DebitFileState.MADE)
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    submitted_by: Mapped[UUID | None] = mapped_column(default=None)
    credited_at: Mapped[datetime | None] = mapped_column(default=None)
    credited_by: Mapped[UUID | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by: Mapped[UUID | None] = mapped_column(default=None)


class DebitFileDocument(Base):
    """The bytes of a file, with their SHA-256; triggers refuse every change."""

    __tablename__ = "debit_file_document"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("debit_file.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]


class CollectionKind(StrEnum):
    """What the day of collection is reckoned from."""

    AFTER_START = "after_start"
    DAY_OF_MONTH = "day_of_month"
    AFTER_SECOND = "after_second"
    AFTER_ENROLMENT = "after_enrolment"


class CollectionRule(Row):
    """When one run, or every run of one course, is collected; where there is none the settings say it."""

    __tablename__ = "collection_rule"
    __table_args__ = (CheckConstraint("(run_id IS NULL) <> (course_id IS NULL)", name="whose"),)

    kind: Mapped[CollectionKind]
    days: Mapped[int]
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"), default=None, unique=True)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), default=None, unique=True)
    version: Mapped[int] = mapped_column(default=1)
