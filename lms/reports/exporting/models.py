"""What is made by the calendar, for whom, and what came of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class ExportWhat(StrEnum):
    """Which table."""

    FIGURES = "figures"
    VHS = "vhs"


class Every(StrEnum):
    """About which period, and so how often."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class ExportFormat(StrEnum):
    """Which kind of file."""

    XLSX = "xlsx"
    CSV = "csv"


class ExportRunState(StrEnum):
    """Waiting to be made, made, or failed: the next hour tries again."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class ExportPlan(Row):
    """A table made `day` days into the month after each period, beginning with the first that ends on or after `starts_on`."""

    __tablename__ = "export_plan"

    what: Mapped[ExportWhat]
    every: Mapped[Every]
    format: Mapped[ExportFormat]
    day: Mapped[int]
    starts_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str]
    to_folder: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ExportRecipient(Base):
    """An account of the team that gets the table by e-mail."""

    __tablename__ = "export_recipient"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("export_plan.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ExportRun(Row):
    """One period of one plan: the row is unique, so that it is made once, whoever is killed in the middle."""

    __tablename__ = "export_run"
    __table_args__ = (UniqueConstraint("plan_id", "first_day"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("export_plan.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[ExportRunState] = mapped_column(default=ExportRunState.WAITING)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    file_name: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(LongText, default="")
