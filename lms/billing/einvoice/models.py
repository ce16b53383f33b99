"""The structured half of an invoice, and what the official rules say about it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class Flavour(StrEnum):
    """Data inside the PDF (ZUGFeRD at the level of EN 16931), or an XRechnung beside it."""

    ZUGFERD = "zugferd"
    XRECHNUNG = "xrechnung"


class ElectronicOriginal(Base):
    """The XML of an invoice as it was first handed out, with its SHA-256; never written twice (trigger, L-66)."""

    __tablename__ = "electronic_invoice"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    flavour: Mapped[Flavour]
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class InvoiceCheck(Base):
    """What the official rules said when the invoice was last judged. `findings` have a `rule` and its `sentence`.

    `rule_sets` names who judged. An invoice that is not valid was not sent; it is a task of the cashiers.
    """

    __tablename__ = "invoice_check"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    checked_at: Mapped[datetime]
    is_valid: Mapped[bool] = mapped_column(index=True)
    findings: Mapped[list[dict[str, str]]] = mapped_column(default_factory=list)
    rule_sets: Mapped[list[str]] = mapped_column(default_factory=list)
