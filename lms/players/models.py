"""What packages of others have reported about learners, part by part."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class PartStatus(StrEnum):
    """How a part of a package stands."""

    BEGUN = "begun"
    FAILED = "failed"
    """Worked through, but not with enough points; it can be tried again."""
    COMPLETED = "completed"
    PASSED = "passed"


class PackageState(Row):
    """One part (a SCO, an H5P exercise) as one learner has left it.

    `data` is what the package itself keeps: the CMI elements of SCORM by name, or an H5P state; only the package understands it.
    `status` and `score` (in thousandths) are the best there was, `seconds` the time spent as the package tells it.
    `revision` counts what was saved, `last_key` names the last, so that the same sent twice counts once. `minute_from` and
    `minute_count` bound how often a package may report.
    """

    __tablename__ = "package_state"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_id", "package_id", "part"),
        CheckConstraint("score BETWEEN 0 AND 1000", name="score"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    package_id: Mapped[UUID] = mapped_column(ForeignKey("package.id", ondelete="CASCADE"), index=True)
    part: Mapped[str]
    began_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    minute_from: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    status: Mapped[PartStatus] = mapped_column(default=PartStatus.BEGUN)
    score: Mapped[int | None] = mapped_column(default=None)
    seconds: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    last_key: Mapped[str] = mapped_column(default="")
    minute_count: Mapped[int] = mapped_column(default=0)
