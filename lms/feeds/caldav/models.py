"""Passwords for calendar programmes, and what their calendars held when they last asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class CalendarPassword(Row):
    """A password that opens the calendars of one account and nothing else; of 256 random bits only the hash is kept (S-18)."""

    __tablename__ = "calendar_password"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class CalendarState(Row):
    """What one calendar of a person held at a moment: a line for each entry, its name and its mark (RFC 6578).

    `digest` is made from the lines, and is the sync-token: equal states have one token, and what changed since is the
    difference to now, exactly.
    """

    __tablename__ = "calendar_state"
    __table_args__ = (UniqueConstraint("person_id", "calendar", "digest"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    calendar: Mapped[str]
    digest: Mapped[str]
    lines: Mapped[str] = mapped_column(LongText)
    seen_at: Mapped[datetime]
