"""The rows of the books. A chart of accounts, a close and its documents are only ever added (triggers, L-66)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class AccountChart(Base):
    """Which account stands for what, and how the accountant's programme knows us; a change is a new row.

    `accounts` maps the names of `chart.Role` to `{"number": "4200", "tax_key": ""}`.
    """

    __tablename__ = "account_chart"

    version: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]
    accounts: Mapped[dict[str, Any]]
    consultant: Mapped[int]
    client: Mapped[int]
    fiscal_month: Mapped[int]
    account_length: Mapped[int]
    changed_by: Mapped[UUID | None] = mapped_column(default=None)
    changed_by_name: Mapped[str] = mapped_column(default="")


class MonthClose(Row):
    """A month that is closed: nothing is booked into it any more, and it is never opened again.

    `month` is its first day, `until` the UTC moment at which it ended at the venues (half open). `entries_sha256` is the
    fingerprint of its entries in order, `journal_sha256` that of the journal as CSV; `hash` seals both together with the hash of
    the close before (`previous`). `sums` holds the journal by account number, `warnings` the sentences that were open.
    """

    __tablename__ = "month_close"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    number: Mapped[int] = mapped_column(unique=True)
    month: Mapped[date] = mapped_column(unique=True)
    until: Mapped[datetime]
    closed_at: Mapped[datetime]
    entry_count: Mapped[int]
    sum_cents: Mapped[int]
    entries_sha256: Mapped[str]
    journal_sha256: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    chart_version: Mapped[int]
    sums: Mapped[list[dict[str, Any]]]
    warnings: Mapped[list[dict[str, Any]]]
    closed_by: Mapped[UUID | None] = mapped_column(default=None)
    closed_by_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")


class PaperKind(StrEnum):
    """In which form the journal of a month is kept."""

    CSV = "csv"
    PDF = "pdf"


class ClosePaper(Base):
    """The journal of a closed month, byte for byte, with its SHA-256; never written twice."""

    __tablename__ = "close_paper"

    close_id: Mapped[UUID] = mapped_column(ForeignKey("month_close.id"), primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class CashRows(StrEnum):
    """Which bookings a file for the cash office holds."""

    ALL = "all"
    CLAIMS = "claims"
    MONEY = "money"


class CashProfile(Row):
    """How a municipal cash office wants its file (F-G13): which columns in which order, and how they are written."""

    __tablename__ = "cash_profile"

    name: Mapped[str] = mapped_column(unique=True)
    columns: Mapped[list[str]]
    rows: Mapped[CashRows]
    separator: Mapped[str]
    date_format: Mapped[str]
    amount_format: Mapped[str]
    encoding: Mapped[str]
    has_header: Mapped[bool]
    file_name: Mapped[str]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ExportKind(StrEnum):
    """What was handed out."""

    DATEV = "datev"
    CASH_OFFICE = "cash_office"
    AUDIT = "audit"


class ExportState(StrEnum):
    """Being made, to be fetched for a day, no longer there, or given up."""

    PREPARING = "preparing"
    READY = "ready"
    GONE = "gone"
    FAILED = "failed"


class BookExport(Row):
    """Who took what out of the books and when. The row stays; its file (`ExportPart`) is kept for a day.

    `first_day` and `last_day` are days at the venues, both included. `done` of `total` steps are made while it is PREPARING.
    """

    __tablename__ = "book_export"
    __table_args__ = (Index("ix_book_export_made", "made_at"),)

    kind: Mapped[ExportKind]
    state: Mapped[ExportState]
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_at: Mapped[datetime]
    file_name: Mapped[str]
    profile_id: Mapped[UUID | None] = mapped_column(default=None)
    profile_name: Mapped[str] = mapped_column(default="")
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    is_final: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime | None] = mapped_column(default=None)


class ExportPart(Base):
    """A piece of a file that was made, in order; deleted with all others a day later."""

    __tablename__ = "export_part"
    export_id: Mapped[UUID] = mapped_column(ForeignKey("book_export.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
