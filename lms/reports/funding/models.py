"""Funding lines, and which hour belongs to which.

A session belongs to the line of its `FundingShare`, else to that of its run (`FundingRun`), else to the centre's own means: to
exactly one, whatever happens. A share with a `report_id` was reported to a funder and never goes to another line (trigger).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row

OWN_MEANS = UUID("00000000-0000-4000-8000-000000000071")
"""The line of everything about which nobody has decided; the migration writes it and nobody can end it."""


class FundingLine(Row):
    """Somebody who pays, for what, and from when to when (both days included; None: without end).

    `budget_units` are units of 45 minutes, `budget_cents` money; None where nothing was agreed. `pays` says in words what it pays.
    """

    __tablename__ = "funding_line"
    __table_args__ = (
        CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="period"),
        CheckConstraint("budget_units IS NULL OR budget_units > 0", name="units"),
        CheckConstraint("budget_cents IS NULL OR budget_cents > 0", name="cents"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    funder: Mapped[str]
    programme: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    budget_units: Mapped[int | None] = mapped_column(default=None)
    budget_cents: Mapped[int | None] = mapped_column(default=None)
    pays: Mapped[str] = mapped_column(LongText, default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def is_own_means(self) -> bool:
        """Whether it is the centre's own line."""
        return self.id == OWN_MEANS

    def pays_on(self, day: date) -> bool:
        """Whether the day lies in its period."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


class FundingRun(Base):
    """Which line the sessions of a run belong to, unless a session says otherwise."""

    __tablename__ = "funding_run"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"), index=True)
    decided_at: Mapped[datetime]


class FundingShare(Base):
    """Which line one session belongs to: one row a session, so that no hour is ever paid twice."""

    __tablename__ = "funding_share"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("funding_line.id"), index=True)
    decided_at: Mapped[datetime]
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), default=None, index=True)


class FundingChange(Row):
    """That hours went to another line, and why; only ever added. With `session_id` one session, else all of the run."""

    __tablename__ = "funding_change"

    run_id: Mapped[UUID] = mapped_column(index=True)
    session_id: Mapped[UUID | None]
    from_line_id: Mapped[UUID | None]
    to_line_id: Mapped[UUID]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    changed_by: Mapped[UUID | None]
    changed_by_name: Mapped[str]
    reason: Mapped[str] = mapped_column(LongText, default="")
