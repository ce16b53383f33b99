"""Calendar addresses of people, the calendar text of each session, made once, and who gets a sheet on paper."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class FeedKind(StrEnum):
    """What a personal calendar shows: `subject_id` of the feed names the room or the kit, all others are about the owner.

    `EVERYTHING` is the household's dates and what the owner teaches, `PERSON` the owner's own courses alone.
    """

    EVERYTHING = "everything"
    PERSON = "person"
    HOUSEHOLD = "household"
    TRAINER = "trainer"
    ROOM = "room"
    KIT = "kit"


class Naming(StrEnum):
    """How a calendar of a household says whose date it is."""

    NONE = "none"
    INITIAL = "initial"
    NAME = "name"


class Colour(StrEnum):
    """Colours that are told apart and that calendars know: names of CSS3, as RFC 7986 (5.9) wants them."""

    BLUE = "royalblue"
    GREEN = "seagreen"
    ORANGE = "darkorange"
    RED = "crimson"
    PURPLE = "darkorchid"
    BROWN = "saddlebrown"


class Feed(Row):
    """A person's calendar address. Renewing raises `version`, which makes the old address void (S-19).

    `settings_version` rises with every change of what the calendar shows or how; it is part of the mark by which a reader
    knows that nothing has changed. `alarm_minutes` says how long before a date the calendar reminds (None: not at all).
    """

    __tablename__ = "feed"
    __table_args__ = (
        CheckConstraint("refresh_minutes > 0", name="refresh"),
        CheckConstraint("alarm_minutes > 0", name="alarm"),
        Index("ix_feed_person_id", "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    kind: Mapped[FeedKind] = mapped_column(default=FeedKind.EVERYTHING)
    subject_id: Mapped[UUID | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(default="")
    colour: Mapped[Colour] = mapped_column(default=Colour.BLUE)
    refresh_minutes: Mapped[int] = mapped_column(default=60)
    alarm_minutes: Mapped[int | None] = mapped_column(default=None)
    is_detailed: Mapped[bool] = mapped_column(default=True)
    naming: Mapped[Naming] = mapped_column(default=Naming.NONE)
    language: Mapped[str] = mapped_column(default="de")
    settings_version: Mapped[int] = mapped_column(default=1)


class SessionText(Base):
    """The VEVENT of one session as it is served, without its last line.

    It is there only as long as it is true: triggers delete it as soon as the session, or anything that it shows of course,
    run, room or venue, changes. `edition` stands for everything else it was made of (`lms.feeds.texts.edition`).
    """

    __tablename__ = "session_text"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    is_detailed: Mapped[bool] = mapped_column(primary_key=True)
    edition: Mapped[str]
    fingerprint: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)


class SheetWish(Base):
    """Somebody who gets the sheet of the coming month by post (U12).

    `is_household` says that everybody the person acts for stands on it. `written_for` is the month, by its first day, of the
    last sheet that was written.
    """

    __tablename__ = "sheet_wish"
    __table_args__ = (CheckConstraint("points IN (14, 18, 22)", name="points"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wished_at: Mapped[datetime]
    is_household: Mapped[bool] = mapped_column(default=False)
    points: Mapped[int] = mapped_column(default=18)
    is_grid: Mapped[bool] = mapped_column(default=False)
    written_for: Mapped[date | None] = mapped_column(default=None)
