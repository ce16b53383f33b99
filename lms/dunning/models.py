"""Runs, reminders and what keeps somebody from being reminded. A reminder never changes (triggers, domain rule 6)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class RunState(StrEnum):
    """The worker writes the reminders; all of them are written."""

    PREPARING = "preparing"
    DONE = "done"


PREPARING = text("state = 'preparing'")


class DunningRun(Row):
    """One run of reminders, under a number without gaps; one is prepared at a time.

    `day` is the day (Europe/Berlin) by which it was decided what is late. With `only_key` it is about one debtor alone: the
    id of a person or a company. `planned`, `written` and `left_out` count debtors.
    """

    __tablename__ = "dunning_run"
    __table_args__ = (
        UniqueConstraint("year", "counter"),
        Index("uq_dunning_run_preparing", "state", unique=True, postgresql_where=PREPARING, sqlite_where=PREPARING),
    )  # fmt: skip

    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    day: Mapped[date]
    state: Mapped[RunState] = mapped_column(default=RunState.PREPARING)
    only_key: Mapped[UUID | None] = mapped_column(default=None)
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    planned: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class Reminder(Row):
    """One letter to one debtor about everything that is late. `debtor_key` is the id of the company, else of the person.

    `facts` is what it prints beside its lines: the address, the centre, the regime of its fees (L-01). `level` is the highest
    of its lines. `fee_entry_id` is the fee's entry in the ledger, None where it is free.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("run_id", "debtor_key"),
        UniqueConstraint("year", "counter"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("(fee_cents > 0) = (fee_entry_id IS NOT NULL)", name="fee"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("dunning_run.id"))
    debtor_key: Mapped[UUID] = mapped_column(index=True)
    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    level: Mapped[int]
    due_on: Mapped[date]
    owed_cents: Mapped[int]
    facts: Mapped[dict[str, Any]]
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None)
    fee_cents: Mapped[int] = mapped_column(default=0)
    fee_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None)


class ReminderLine(Base):
    """One account of a reminder, with its level; an account has one in a run at most."""

    __tablename__ = "reminder_line"
    __table_args__ = (
        UniqueConstraint("run_id", "account_id"),
        Index("ix_reminder_line_account", "account_id"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    )

    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("dunning_run.id"))
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), index=True)
    level: Mapped[int]
    owed_cents: Mapped[int]
    due_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    share_id: Mapped[UUID | None] = mapped_column(default=None)


class ReminderTakenBack(Base):
    """A reminder that was wrong, with the entry that took back its fee; only ever added."""

    __tablename__ = "reminder_taken_back"

    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.id"), primary_key=True)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(LongText)
    by: Mapped[UUID | None] = mapped_column(default=None)
    by_name: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entry.id"), default=None)


class ReminderDocument(Base):
    """The PDF of a reminder as it was first handed out; never written twice (S-72)."""

    __tablename__ = "reminder_document"

    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class ReminderBlock(Row):
    """Somebody is not reminded until the end of a day, and why; ended early by `ended_at`."""

    __tablename__ = "reminder_block"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (company_id IS NULL)", name="whose"),)

    until: Mapped[date]
    reason: Mapped[str] = mapped_column(LongText)
    made_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)


class DebtorNote(Row):
    """A remark of the cashiers about a debtor; only ever added."""

    __tablename__ = "debtor_note"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (company_id IS NULL)", name="whose"),)

    text: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    written_by: Mapped[UUID | None] = mapped_column(default=None)
    written_by_name: Mapped[str] = mapped_column(default="")


STILL_OUT = text("taken_back_at IS NULL")


class HandedOver(Row):
    """A claim that was given to whoever collects it (the town's enforcement); it is no longer reminded here."""

    __tablename__ = "handed_over"
    __table_args__ = (
        Index("uq_handed_over_account", "account_id", unique=True, postgresql_where=STILL_OUT, sqlite_where=STILL_OUT),
    )  # fmt: skip

    account_id: Mapped[UUID]
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    owed_cents: Mapped[int]
    handed_at: Mapped[datetime]
    handed_by: Mapped[UUID | None] = mapped_column(default=None)
    handed_by_name: Mapped[str] = mapped_column(default="")
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    taken_back_by: Mapped[UUID | None] = mapped_column(default=None)
