"""Reports and their documents. Triggers refuse every change to what was handed in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class ReportKind(StrEnum):
    """For whom: the council's year, one funder, or the national statistics of the adult-education centres."""

    YEAR = "year"
    FUNDER = "funder"
    VHS = "vhs"


class ReportState(StrEnum):
    """A draft shows today's numbers; handed in, its numbers stand; replaced by a corrected one they still stand."""

    DRAFT = "draft"
    HANDED_IN = "handed_in"
    REPLACED = "replaced"


DRAFT, HANDED_IN = text("state = 'draft'"), text("state = 'handed_in'")


class Report(Row):
    """A report about the days from `first_day` to `last_day`; with `line_id` about the hours of one funding line.

    `subject` names what it is about: of one subject one draft and one valid report exist, versions count from 1. While it is a
    draft `data` is empty and the numbers are counted anew each time. Handing in writes `data` (canonical JSON), its SHA-256,
    and by which definitions and which code they were counted. `reason` is why it was handed in although something was open,
    `why` why a corrected one was made.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("subject", "version"),
        Index("uq_report_draft", "subject", unique=True, sqlite_where=DRAFT, postgresql_where=DRAFT),
        Index("uq_report_valid", "subject", unique=True, sqlite_where=HANDED_IN, postgresql_where=HANDED_IN),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("(state = 'draft') = (handed_in_at IS NULL)", name="handed_in"),
    )

    kind: Mapped[ReportKind]
    subject: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_by_name: Mapped[str]
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("funding_line.id"), default=None, index=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[ReportState] = mapped_column(default=ReportState.DRAFT)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), default=None, unique=True)
    why: Mapped[str] = mapped_column(LongText, default="")
    data: Mapped[str] = mapped_column(LongText, default="")
    sha256: Mapped[str] = mapped_column(default="")
    definition: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(default="")
    handed_in_at: Mapped[datetime | None] = mapped_column(default=None)
    handed_in_by: Mapped[UUID | None] = mapped_column(default=None)
    handed_in_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(LongText, default="")


class DocumentForm(StrEnum):
    """In which form a report was handed in."""

    PDF = "pdf"
    XLSX = "xlsx"


class ReportDocument(Base):
    """The bytes of a report as they were first drawn, with their SHA-256; never written twice."""

    __tablename__ = "report_document"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    form: Mapped[DocumentForm] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]
