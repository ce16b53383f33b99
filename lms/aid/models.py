"""Rules, declarations and statements. None of them ever changes (triggers): a mistake is ended and written anew.

Records about de-minimis aid are kept for ten years (Art. 6 (7) of Regulation (EU) 2023/2831).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class AidWindow(StrEnum):
    """Over which time the ceiling is reckoned: any three years back from the day, or this fiscal year and the two before."""

    ROLLING = "rolling"
    FISCAL = "fiscal"


class AidRule(Row):
    """Which regulation holds from a day on, until a later row takes over; of two from the same day the one added later counts.

    `register_from` is the day from which aid has to be entered in the central register, within `register_days` working days.
    """

    __tablename__ = "aid_rule"
    __table_args__ = (CheckConstraint("ceiling_cents > 0", name="ceiling"),)

    regulation: Mapped[str]
    ceiling_cents: Mapped[int]
    window: Mapped[AidWindow]
    valid_from: Mapped[date]
    source: Mapped[str]
    added_at: Mapped[datetime]
    register_from: Mapped[date | None] = mapped_column(default=None)
    register_days: Mapped[int] = mapped_column(default=20)
    added_by: Mapped[UUID | None] = mapped_column(default=None)


class AidDeclaration(Row):
    """What a company has declared of other aid and of the undertakings it is linked with (Eigenerklärung).

    `other` lists aid of others: granted_on, amount_cents, giver. `linked` are companies that we know, `linked_names` the rest.
    """

    __tablename__ = "aid_declaration"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    declared_on: Mapped[date]
    signed_by: Mapped[str]
    received_at: Mapped[datetime]
    other: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    linked: Mapped[list[str]] = mapped_column(default_factory=list)
    linked_names: Mapped[str] = mapped_column(LongText, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)
    recorded_by_name: Mapped[str] = mapped_column(default="")


class AidKind(StrEnum):
    """What the company got."""

    CONSULTATION = "consultation"
    SEAT = "seat"
    TRAINING = "training"
    DIGITAL_CHECK = "digital_check"
    OTHER = "other"


class AidStatement(Row):
    """Aid that was granted, with the statement about it (De-minimis-Bescheinigung).

    `gross_cents` is the gross grant equivalent and `reckoning` how it was found. `facts` keeps the rule, the company and what
    was granted before as they were that day. `about_kind` and `about_id` name what it was for, such as an appointment.
    `override_reason` and `approved_by` stand only on old rows, from when a second person could still let aid go above the ceiling.
    """

    __tablename__ = "aid_statement"
    __table_args__ = (
        UniqueConstraint("year", "counter"),
        CheckConstraint("gross_cents > 0", name="gross"),
        CheckConstraint("override_reason = '' OR approved_by IS NOT NULL", name="second_person"),
        Index("ix_aid_statement_about", "about_kind", "about_id"),
        Index("ix_aid_statement_company", "company_id", "granted_on"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    counter: Mapped[int]
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"))
    kind: Mapped[AidKind]
    what: Mapped[str]
    granted_on: Mapped[date]
    gross_cents: Mapped[int]
    reckoning: Mapped[str] = mapped_column(LongText)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("aid_rule.id"))
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("aid_declaration.id"))
    before_cents: Mapped[int]
    facts: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    about_kind: Mapped[str] = mapped_column(default="")
    about_id: Mapped[UUID | None] = mapped_column(default=None)
    replaces_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("aid_statement.id"), default=None, unique=True
    )
    override_reason: Mapped[str] = mapped_column(LongText, default="")
    issued_by: Mapped[UUID | None] = mapped_column(default=None)
    approved_by: Mapped[UUID | None] = mapped_column(default=None)


class AidEnd(Base):
    """A statement does not hold any more: revoked, or replaced by another one."""

    __tablename__ = "aid_end"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("aid_statement.id"), primary_key=True)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(LongText)
    by: Mapped[UUID | None] = mapped_column(default=None)


class AidRegisterEntry(Base):
    """When a statement was entered in the central register (Art. 6 of Regulation (EU) 2023/2831, from 1 January 2026)."""

    __tablename__ = "aid_register_entry"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("aid_statement.id"), primary_key=True)
    entered_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID | None] = mapped_column(default=None)


class AidPaper(Base):
    """The statement as it was first handed out, with its SHA-256."""

    __tablename__ = "aid_paper"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("aid_statement.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class NoAid(Row):
    """Somebody has decided that something was no aid, and why; it is not proposed again."""

    __tablename__ = "no_aid"
    __table_args__ = (UniqueConstraint("about_kind", "about_id"),)

    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(LongText)
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(default=None)
