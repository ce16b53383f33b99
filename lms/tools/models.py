"""Tools of others, our key for talking to them, and what they report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class PlatformKey(Row):
    """A key with which launches are signed (RS256, as LTI 1.3 wants it). `private` is sealed with the centre's secret."""

    __tablename__ = "platform_key"

    private: Mapped[str] = mapped_column(LongText)
    public: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class LtiTool(Row):
    """A tool that the centre works with. `client_id` is how it knows us, `launch_addresses` where launches may be sent.

    `keys` is its JSON Web Key Set, pasted by the administrator: the server fetches no address that somebody typed (S-66).
    What it learns of people beyond a random id is `shares_name`. Its id is the deployment.
    """

    __tablename__ = "lti_tool"

    name: Mapped[str]
    client_id: Mapped[str] = mapped_column(unique=True)
    login_address: Mapped[str] = mapped_column(LongText)
    launch_addresses: Mapped[list[str]]
    keys: Mapped[dict[str, Any]]
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID | None] = mapped_column(default=None)
    shares_name: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class ToolUser(Row):
    """The random id by which a tool knows somebody: another one for each tool, so that tools cannot compare."""

    __tablename__ = "tool_user"
    __table_args__ = (
        UniqueConstraint("tool_id", "enrolment_id"),
        Index("ix_tool_user_enrolment", "enrolment_id"),
    )

    tool_id: Mapped[UUID] = mapped_column(ForeignKey("lti_tool.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))


class ToolResult(Row):
    """What a tool has last said about somebody's work in a lesson. `permille` is the share of the points, None without points.

    `told_at` is the tool's own moment: what is older than the last one does not count (LTI AGS 2.0, 3.4.7).
    """

    __tablename__ = "tool_result"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_id"),
        CheckConstraint("permille BETWEEN 0 AND 10000", name="permille"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    tool_id: Mapped[UUID] = mapped_column(ForeignKey("lti_tool.id", ondelete="CASCADE"), index=True)
    told_at: Mapped[datetime]
    permille: Mapped[int | None] = mapped_column(default=None)
    is_completed: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(LongText, default="")
