"""Plans and their rates."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class PlanState(StrEnum):
    """Kept; fallen due as a whole, because rates were missed; paid; a later plan holds instead; ended by the cashiers."""

    ACTIVE = "active"
    FALLEN = "fallen"
    DONE = "done"
    REPLACED = "replaced"
    ENDED = "ended"


CURRENT = (PlanState.ACTIVE, PlanState.FALLEN)
HOLDS = text("state IN ('active', 'fallen')")


class InstalmentPlan(Row):
    """An agreement to pay what is owed on one account in rates; it is never changed, a new one takes its place.

    `account_id` is `share_id` where a part of the price is somebody else's, else `enrolment_id`: the account of the ledger.
    `total_cents` is what was owed when it was agreed. `due_on` is the last day to pay everything once it has fallen.
    """

    __tablename__ = "instalment_plan"
    __table_args__ = (
        Index("uq_instalment_plan_account", "account_id", unique=True, postgresql_where=HOLDS, sqlite_where=HOLDS),
        Index("ix_instalment_plan_state", "state"),
        CheckConstraint("total_cents > 0", name="total"),
        CheckConstraint("(state <> 'fallen') OR (due_on IS NOT NULL)", name="fallen"),
    )  # fmt: skip

    account_id: Mapped[UUID]
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    total_cents: Mapped[int]
    agreed_at: Mapped[datetime]
    share_id: Mapped[UUID | None] = mapped_column(default=None)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None)
    agreed_by: Mapped[UUID | None] = mapped_column(default=None)
    agreed_by_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[PlanState] = mapped_column(default=PlanState.ACTIVE)
    due_on: Mapped[date | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class Instalment(Base):
    """One rate. `until_cents` is what all rates up to this one come to: payments fill them in order."""

    __tablename__ = "instalment"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)

    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("instalment_plan.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(index=True)
    amount_cents: Mapped[int]
    until_cents: Mapped[int]
