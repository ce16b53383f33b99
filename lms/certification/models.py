"""Issued documents and the batches that issue them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class CertificateState(StrEnum):
    """Issued, or taken back for good."""

    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"


STANDING = text("state = 'issued'")


class Certificate(Row):
    """An issued document. Number, code, facts and bytes never change (a trigger refuses it); only the state moves on."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("year", "counter"),
        Index(
            "uq_certificate_standing",
            "enrolment_id",
            "kind",
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
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    facts: Mapped[dict[str, Any]]
    language: Mapped[str]
    document: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(index=True)
    signature: Mapped[str]
    key_id: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    state: Mapped[CertificateState] = mapped_column(default=CertificateState.ISSUED)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"), default=None)


class Batch(Row):
    """Issuing for a whole run in one step, with progress that can be left and found again."""

    __tablename__ = "batch"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    started_at: Mapped[datetime]
    started_by: Mapped[UUID | None]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class BatchItemState(StrEnum):
    """Each document of a batch on its own, so that only what failed is repeated."""

    WAITING = "waiting"
    ISSUED = "issued"
    FAILED = "failed"


class BatchItem(Row):
    """One document of a batch. Number and code are drawn before the paper is drawn, because they stand on it."""

    __tablename__ = "batch_item"
    __table_args__ = (UniqueConstraint("batch_id", "enrolment_id"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    state: Mapped[BatchItemState] = mapped_column(default=BatchItemState.WAITING)
    reason: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None] = mapped_column(default=None)
    counter: Mapped[int | None] = mapped_column(default=None)
    code: Mapped[str | None] = mapped_column(default=None)
    certificate_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"), default=None)
