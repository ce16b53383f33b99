"""Prices beside the base price of a run, the concessions of the centre, and what was reckoned and proved for whom."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class RateKind(StrEnum):
    """Under which condition a price of a run holds."""

    RESIDENT = "resident"
    EARLY = "early"
    GROUP = "group"
    COMPANY = "company"
    FAMILY = "family"


class PriceRate(Row):
    """One further price of a run; it only ever lessens the base price, `Run.price_cents`.

    Exactly one of `price_cents` (a fixed price), `percent` and `off_cents` (taken off the base) says how much. `places` are
    postal codes and names of towns, `until` is the last day by the centre's wall clock, `least` the number of people in one
    order, `company_id` the one company that pays (None: any). `adds` belongs to the family rate alone: it comes on top of
    the best other reduction instead of competing with it.
    """

    __tablename__ = "price_rate"
    __table_args__ = (
        UniqueConstraint("run_id", "kind"),
        CheckConstraint(
            "(CASE WHEN price_cents IS NULL THEN 0 ELSE 1 END) + (CASE WHEN percent IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN off_cents IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_amount",
        ),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint("off_cents > 0", name="off"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    kind: Mapped[RateKind]
    price_cents: Mapped[int | None] = mapped_column(default=None)
    percent: Mapped[int | None] = mapped_column(default=None)
    off_cents: Mapped[int | None] = mapped_column(default=None)
    places: Mapped[list[str]] = mapped_column(default_factory=list)
    until: Mapped[date | None] = mapped_column(default=None)
    least: Mapped[int | None] = mapped_column(default=None)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    adds: Mapped[bool] = mapped_column(default=False)


class ConcessionKind(Row):
    """A reason for a reduced price, for the whole centre: who, what proves it, how much where the run sets no price of its own.

    With neither `percent` nor `off_cents` it gives the reduced price of the run (`Run.concession_cents`) and nothing where
    there is none. A retired kind is no longer offered; what was agreed with it stays.
    """

    __tablename__ = "concession_kind"
    __table_args__ = (
        CheckConstraint("percent IS NULL OR off_cents IS NULL", name="one_amount"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint("off_cents > 0", name="off"),
    )

    name_de: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    proof_de: Mapped[str] = mapped_column(default="")
    proof_en: Mapped[str] = mapped_column(default="")
    needs_proof: Mapped[bool] = mapped_column(default=True)
    percent: Mapped[int | None] = mapped_column(default=None)
    off_cents: Mapped[int | None] = mapped_column(default=None)
    is_retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class RunConcession(Base):
    """A concession that a run allows. A run with a reduced price that names none allows all of them."""

    __tablename__ = "run_concession"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("concession_kind.id"), primary_key=True, index=True)


class PriceReckoning(Base):
    """How the price of an enrolment came about (U21): lines of a message, its parameters and cents that add up to it.

    `lines_without` are those that hold if the concession falls away, as of the same day and the same price list.
    """

    __tablename__ = "price_reckoning"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    reckoned_at: Mapped[datetime]
    lines: Mapped[list[dict[str, Any]]]
    lines_without: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)


class ConcessionState(StrEnum):
    """How it stands with the proof of a concession."""

    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CHARGED = "charged"
    """The full price was asked for instead; nothing follows any more."""


class ConcessionClaim(Row):
    """The concession of one enrolment, and what the team decided about its proof. `kind_id` is None for a plain reduced price."""

    __tablename__ = "concession_claim"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True)
    kind_id: Mapped[UUID | None] = mapped_column(ForeignKey("concession_kind.id"), default=None, index=True)
    state: Mapped[ConcessionState] = mapped_column(default=ConcessionState.MISSING, index=True)
    changed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


class ConcessionProof(Row):
    """A proof the team has seen: nothing of it is kept but whose it is, what for, who saw it, and until when it holds."""

    __tablename__ = "concession_proof"
    __table_args__ = (UniqueConstraint("person_id", "kind_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("concession_kind.id"), index=True)
    seen_at: Mapped[datetime]
    valid_until: Mapped[date] = mapped_column(index=True)
    seen_by: Mapped[UUID | None] = mapped_column(default=None)


class ProofFile(Row):
    """A proof that was sent in, made anew by us; it goes as soon as somebody has decided, or the run is long over."""

    __tablename__ = "proof_file"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("concession_claim.id", ondelete="CASCADE"), unique=True)
    sent_at: Mapped[datetime]
    media_type: Mapped[str]
    content: Mapped[bytes]
