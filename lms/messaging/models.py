"""The outbox of letters."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Channel(StrEnum):
    """How somebody wants to be reached."""

    EMAIL = "email"
    POST = "post"


class LetterState(StrEnum):
    """Waiting for its carrier; sent (or printed); given up, for staff to see."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Row):
    """One letter to one reader. `key` makes writing it twice impossible; the Message-ID is made from `id` and never changes."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_person", "person_id"), Index("ix_letter_state", "state", "channel"))

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None]
    to_name: Mapped[str]
    to_address: Mapped[str]
    channel: Mapped[Channel]
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
    html: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime]
    state: Mapped[LetterState] = mapped_column(default=LetterState.WAITING)
    postal_address: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(LongText, default="")
    about_kind: Mapped[str] = mapped_column(default="")
    about_id: Mapped[UUID | None] = mapped_column(default=None, index=True)


class Enclosure(Row):
    """Something that travels with a letter: a calendar entry, a PDF."""

    __tablename__ = "enclosure"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]
