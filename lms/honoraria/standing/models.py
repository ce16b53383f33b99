"""What a status file rests on: consents, declarations about the allowance, the allowances by year, and the rules that warn."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class StatusConsent(Row):
    """A trainer agrees to working self-employed (§ 127 SGB IV), word for word; ended by `withdrawn_at`."""

    __tablename__ = "status_consent"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    wording_version: Mapped[str]
    wording: Mapped[str] = mapped_column(LongText)
    given_at: Mapped[datetime]
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("fee_contract.id"), default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class AllowanceDeclaration(Row):
    """What a trainer declares about the allowance of one year (§ 3 Nr. 26 EStG); a later one takes the place of an earlier.

    `claimed_cents` is what is to be used here, `elsewhere_cents` what is used elsewhere. `only_client` is what they say about
    having no other client. Rows are only ever added: a trigger refuses changes.
    """

    __tablename__ = "allowance_declaration"
    __table_args__ = (
        CheckConstraint("claimed_cents >= 0 AND elsewhere_cents >= 0", name="cents"),
        Index("ix_allowance_declaration_person", "person_id", "year", "declared_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    year: Mapped[int]
    claimed_cents: Mapped[int]
    elsewhere_cents: Mapped[int]
    is_side_job: Mapped[bool]
    only_client: Mapped[bool]
    wording_version: Mapped[str]
    declared_at: Mapped[datetime]
    declared_by: Mapped[UUID | None] = mapped_column(default=None)


class TaxAllowance(Base):
    """The allowance of § 3 Nr. 26 EStG from a year on, in cents, and where that is said."""

    __tablename__ = "tax_allowance"

    from_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cents: Mapped[int]
    source: Mapped[str]


class StandingRuleKind(StrEnum):
    """What a rule looks at: units in a year, the share of all units of the centre in percent, having no other client."""

    UNITS = "units"
    SHARE = "share"
    ONLY_CLIENT = "only_client"


class StandingRule(Base):
    """From which number on a warning is shown; 0 switches it off. For ONLY_CLIENT every other number switches it on."""

    __tablename__ = "standing_rule"

    kind: Mapped[StandingRuleKind] = mapped_column(primary_key=True)
    threshold: Mapped[int]
