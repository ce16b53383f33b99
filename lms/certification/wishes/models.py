"""What people ask for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class ProofWish(Row):
    """A certificate that somebody asks for; the team issues it or says why not.

    It is the batch of its own id that fulfils it: issuing twice is once, and a wish is fulfilled when that batch is there.
    `subject` and `particulars` are those of the order that comes of it (see `lms.certification.subjects`).
    """

    __tablename__ = "proof_wish"
    __table_args__ = (Index("ix_proof_wish_subject", "subject"),)

    kind: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None)
    run_id: Mapped[UUID | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default="")
    particulars: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    declined_at: Mapped[datetime | None] = mapped_column(default=None)
    declined_by: Mapped[UUID | None] = mapped_column(default=None)
    declined_reason: Mapped[str] = mapped_column(LongText, default="")
