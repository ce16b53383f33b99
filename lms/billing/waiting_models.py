"""Invoices that cannot be issued yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class WaitingInvoice(Row):
    """What will become an invoice once nothing that the law asks for is missing. It has no number yet.

    `missing` are words of `lms.billing.mandatory.Missing`. `shares` are cents by enrolment, for an order. The row goes in the
    transaction that issues, and when what it asks for is taken back.
    """

    __tablename__ = "waiting_invoice"

    waits_since: Mapped[datetime]
    debtor: Mapped[dict[str, Any]]
    lines: Mapped[list[dict[str, Any]]]
    issuer: Mapped[dict[str, Any]]
    terms: Mapped[dict[str, Any]]
    shares: Mapped[dict[str, Any]]
    missing: Mapped[list[str]]
    total_cents: Mapped[int]
    days_to_pay: Mapped[int]
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    enrolment_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    order_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
