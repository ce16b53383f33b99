"""Issued documents, the batches that issue them, and what is left of a record whose time is over."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class CertificateState(StrEnum):
    """Issued, or taken back for good, or replaced by a newer one."""

    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"


class ShownName(StrEnum):
    """How much of the holder's name whoever checks the paper may read: the holder decides."""

    FULL = "full"
    INITIALS = "initials"
    HIDDEN = "hidden"


STANDING = text("state = 'issued'")
WAITING = text("state = 'waiting'")


class Certificate(Row):
    """An issued document. What it says, its number, code and bytes never change (a trigger refuses it); its state moves on.

    It lives on its own: it points to the enrolment, the person and the run it came from only by their ids, without a foreign
    key, so that they can be deleted and the certificate still verifies (F-J09). `subject` says what it is about; of each
    subject one document stands at a time. `design` names the design and its version that it was drawn with.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("year", "counter"),
        Index(
            "uq_certificate_standing",
            "subject",
            unique=True,
            postgresql_where=STANDING,
            sqlite_where=STANDING,
        ),
    )

    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject: Mapped[str]
    facts: Mapped[dict[str, Any]]
    language: Mapped[str]
    document: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(index=True)
    signature: Mapped[str]
    key_id: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    kept_until: Mapped[date]
    """The last day of the register's time; after it the record is deleted."""
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    person_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    run_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    design: Mapped[str] = mapped_column(default="")
    credential: Mapped[str] = mapped_column(LongText, default="", deferred=True)
    """The Open Badge as it was signed, letter by letter; empty for papers of the time before."""
    status_index: Mapped[int | None] = mapped_column(default=None, unique=True)
    """Its place in the published status list."""
    seal: Mapped[str] = mapped_column(default="")
    """The SHA-256 of the sealing certificate in hexadecimal; empty for a paper without seal."""
    valid_until: Mapped[date | None] = mapped_column(default=None, index=True)
    state: Mapped[CertificateState] = mapped_column(default=CertificateState.ISSUED)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")
    replaced_by: Mapped[UUID | None] = mapped_column(default=None)
    shown_name: Mapped[ShownName] = mapped_column(default=ShownName.FULL)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the holder was reminded that it is going to lose its validity."""


class ExpiredRecord(Row):
    """What is left of a certificate after the register's time: that there was one. Neither name nor course."""

    __tablename__ = "expired_record"

    code: Mapped[str] = mapped_column(unique=True)
    expired_on: Mapped[date]
    status_index: Mapped[int | None] = mapped_column(default=None)
    was_revoked: Mapped[bool] = mapped_column(default=False)


class Batch(Row):
    """Documents issued in one step, with progress that can be left and found again.

    Its id comes from the form, so that sending it twice is one batch. Without `run_id` it is about people of several runs;
    `title` then says which. `design_id` is the design chosen for it, if not each kind's own. `tells` says whether each
    holder is written to.
    """

    __tablename__ = "batch"

    run_id: Mapped[UUID | None] = mapped_column(index=True)
    started_at: Mapped[datetime]
    started_by: Mapped[UUID | None]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    title: Mapped[str] = mapped_column(default="")
    design_id: Mapped[UUID | None] = mapped_column(default=None)
    tells: Mapped[bool] = mapped_column(default=True)


class BatchItemState(StrEnum):
    """Each document of a batch on its own, so that only what failed is repeated."""

    WAITING = "waiting"
    ISSUED = "issued"
    FAILED = "failed"


class BatchItem(Row):
    """One document of a batch; of each subject one waits at a time, in whatever batch.

    Number and code are drawn before the paper is drawn, because they stand on it. `particulars`
    holds what somebody typed in for this document and no other record knows: what a volunteer did, the employer of a
    confirmation. `replaces_id` names the certificate whose place it takes.
    """

    __tablename__ = "batch_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "subject"),
        Index(
            "uq_batch_item_waiting", "subject", unique=True, postgresql_where=WAITING, sqlite_where=WAITING
        ),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    kind: Mapped[str]
    subject: Mapped[str]
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    person_id: Mapped[UUID | None] = mapped_column(default=None)
    run_id: Mapped[UUID | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default="")
    """"de", "en" or "de-en"; empty: the person's own."""
    particulars: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    replaces_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[BatchItemState] = mapped_column(default=BatchItemState.WAITING)
    reason: Mapped[str] = mapped_column(LongText, default="")
    year: Mapped[int | None] = mapped_column(default=None)
    counter: Mapped[int | None] = mapped_column(default=None)
    code: Mapped[str | None] = mapped_column(default=None)
    status_index: Mapped[int | None] = mapped_column(default=None)
    certificate_id: Mapped[UUID | None] = mapped_column(default=None)
