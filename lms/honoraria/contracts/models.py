"""Fee contracts: the words of the house in versions, each contract with its state, its papers, and how it was accepted."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class ContractWording(Row):
    """One version of the contract's text, in Markdown with names in braces; it never changes (a trigger refuses it).

    `child_protection` is added where a run is for children and young people, `consent` where § 127 SGB IV asks for it.
    """

    __tablename__ = "contract_wording"

    number: Mapped[int] = mapped_column(unique=True)
    body: Mapped[str] = mapped_column(LongText)
    child_protection: Mapped[str] = mapped_column(LongText)
    consent: Mapped[str] = mapped_column(LongText)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(default=None)


class ContractState(StrEnum):
    """OFFERED waits for the trainer; SUPERSEDED was accepted, and a later version took its place."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


OPEN = text("state IN ('draft', 'offered')")
ACCEPTED = text("state = 'accepted'")


class FeeContract(Row):
    """What one trainer and the centre agree on for one run.

    A draft follows the run. From the offer on, `facts` (a `ContractFacts`), the words and the sums stay as they are, and a
    change of the run only sets `outdated_at`: a new version has to be offered. Cents and whole minutes.
    """

    __tablename__ = "fee_contract"
    __table_args__ = (
        Index(
            "uq_fee_contract_open", "run_id", "person_id", unique=True, postgresql_where=OPEN, sqlite_where=OPEN
        ),
        Index(
            "uq_fee_contract_accepted", "run_id", "person_id", unique=True, postgresql_where=ACCEPTED,
            sqlite_where=ACCEPTED,
        ),
        CheckConstraint("state = 'draft' OR offered_at IS NOT NULL OR state = 'withdrawn'", name="offered"),
        Index("ix_fee_contract_state", "state", "offered_at"),
    )  # fmt: skip

    number: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    state: Mapped[ContractState] = mapped_column(default=ContractState.DRAFT)
    wording_number: Mapped[int | None] = mapped_column(default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    unit_cents: Mapped[int] = mapped_column(default=0)
    travel_cents: Mapped[int] = mapped_column(default=0)
    substitution_cents: Mapped[int | None] = mapped_column(default=None)
    minutes: Mapped[int] = mapped_column(default=0)
    total_cents: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    offered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    outdated_at: Mapped[datetime | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")


class PaperKind(StrEnum):
    """The contract as it was offered, the record of how it was accepted, a scan of the signed sheet."""

    CONTRACT = "contract"
    EVIDENCE = "evidence"
    SCAN = "scan"


class ContractPaper(Row):
    """The bytes of a document with their SHA-256; triggers refuse every change."""

    __tablename__ = "contract_paper"
    __table_args__ = (UniqueConstraint("contract_id", "kind"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("fee_contract.id"))
    kind: Mapped[PaperKind]
    sha256: Mapped[str]
    media_type: Mapped[str]
    written_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(deferred=True)


class AcceptanceWay(StrEnum):
    """On screen by the trainer, or on paper, as the team has seen it."""

    SCREEN = "screen"
    PAPER = "paper"


class ContractAcceptance(Row):
    """The evidence of one acceptance; triggers refuse every change. `address` is the network only (S-80).

    `consents` says whether the separate declaration under § 127 SGB IV was given with it; None where it was not asked for.
    """

    __tablename__ = "contract_acceptance"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("fee_contract.id"), unique=True)
    way: Mapped[AcceptanceWay]
    accepted_at: Mapped[datetime]
    typed_name: Mapped[str]
    document_sha256: Mapped[str]
    wording_number: Mapped[int]
    consents: Mapped[bool | None] = mapped_column(default=None)
    consent_words: Mapped[str] = mapped_column(LongText, default="")
    address: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    signed_on: Mapped[date | None] = mapped_column(default=None)
