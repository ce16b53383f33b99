"""Tax treatments. A row never changes (trigger): a new rate is a new row from a day on (L-63)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class TaxCategory(StrEnum):
    """The VAT category of EN 16931 (code list UNTDID 5305), as far as a centre in Germany needs them."""

    STANDARD = "S"
    """Taxed, at whatever rate."""
    EXEMPT = "E"
    """Exempt by § 4 UStG, with the reason on the invoice."""
    OUTSIDE = "O"
    """Not taxable at all: a public body that does not act as a business (§ 2b UStG)."""


class TaxTreatment(Row):
    """How one kind of service is taxed from a day on, until a later row of the same `code` takes over.

    `rate_bp` is in hundredths of a percent (1900 for 19 %). `valid_until` is the last day where the law itself names one.
    The names are for the team, the notes stand on the invoice. Of two rows from the same day the one added later counts.
    """

    __tablename__ = "tax_treatment"
    __table_args__ = (
        CheckConstraint("rate_bp >= 0 AND rate_bp < 10000", name="rate"),
        CheckConstraint("(category = 'S') = (rate_bp > 0)", name="category"),
        Index("ix_tax_treatment_code", "code", "valid_from"),
    )

    code: Mapped[str]
    category: Mapped[TaxCategory]
    rate_bp: Mapped[int]
    name_de: Mapped[str]
    name_en: Mapped[str]
    note_de: Mapped[str]
    note_en: Mapped[str]
    valid_from: Mapped[date]
    added_at: Mapped[datetime]
    valid_until: Mapped[date | None] = mapped_column(default=None)
    added_by: Mapped[UUID | None] = mapped_column(default=None)
