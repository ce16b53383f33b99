"""Who wants news, and the news."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Subscription(Row):
    """Somebody who asked for news at an address; it counts from `confirmed_at` until `ended_at` (double opt-in).

    Empty `topics` mean every topic, an empty `district` the whole town. `wording` is what was agreed to, word for word.
    `confirm_at_email` is where the link went: to the guardian for whoever is under 16 (L-33).
    """

    __tablename__ = "news_subscription"

    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    topics: Mapped[list[str]]
    audiences: Mapped[list[str]]
    district: Mapped[str]
    wording: Mapped[str] = mapped_column(LongText)
    confirm_at_email: Mapped[str]
    asked_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_open(self) -> bool:
        """Whether news may be sent."""
        return self.confirmed_at is not None and self.ended_at is None


class NewsState(StrEnum):
    """Being written; to be sent at a moment; being sent; sent to everybody; stopped on the way."""

    DRAFT = "draft"
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


class News(Row):
    """One piece of news: its words in Markdown, the courses shown below, and whom it is for (empty: everybody who asked)."""

    __tablename__ = "news"
    __table_args__ = (Index("ix_news_made_at", "made_at"),)

    title: Mapped[str]
    body: Mapped[str] = mapped_column(LongText)
    courses: Mapped[list[str]]
    topics: Mapped[list[str]]
    audiences: Mapped[list[str]]
    districts: Mapped[list[str]]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[NewsState] = mapped_column(default=NewsState.DRAFT)
    send_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
