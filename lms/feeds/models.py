"""Personal calendar addresses, and the calendar text of each session, made once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class Feed(Row):
    """A person's calendar address. Renewing raises `version`, which makes the old address void (S-19)."""

    __tablename__ = "feed"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class SessionText(Base):
    """The VEVENT of one session as it is served, by sequence and language."""

    __tablename__ = "session_text"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
