"""Who advises today, and what became of a topic that was asked for often."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class DeskDuty(Row):
    """An adviser at a desk on one day, and at which table. Deleted in the night: it is no record of anybody's work.

    With `paused_at` they have a break, with `ended_at` they have left.
    """

    __tablename__ = "desk_duty"
    __table_args__ = (UniqueConstraint("desk_id", "day", "adviser_id"),)

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("help_desk.id", ondelete="CASCADE"))
    day: Mapped[date]
    adviser_id: Mapped[UUID] = mapped_column(ForeignKey("adviser.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class TopicCourse(Row):
    """The course that was drafted because a topic was asked for so often; one for each topic."""

    __tablename__ = "help_topic_course"

    topic_id: Mapped[UUID] = mapped_column(ForeignKey("help_topic.id", ondelete="CASCADE"), unique=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]
