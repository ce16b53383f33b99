"""Who wants to hear of a course, and of which run they were told."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class InterestWay(StrEnum):
    """How somebody wants to hear."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Interest(Row):
    """Somebody who wants to hear when a course can be booked (F-A08, F-E19); it is no claim to a place.

    It is for a course, for one run of it (`run_id`: until its enrolment opens), or for whatever fits the `words` somebody
    searched for in vain. Who was kept for the next run of a course (domain.md, the waiting list) stands here too, with the
    `enrolment_id` it came of and the `person_id` who reads the letters. Others are no persons to us: what they typed is
    here alone and goes with the row. `confirmed_at` is when the address was proved by its link (by phone and post: at once).
    """

    __tablename__ = "interest"

    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"), index=True)
    way: Mapped[InterestWay]
    created_at: Mapped[datetime] = mapped_column(index=True)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"), default=None, index=True)
    words: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="de")
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), default=None, unique=True)


class RunInvitation(Base):
    """That a participant of a former run was invited to enrol in the one that follows it, once (F-E17)."""

    __tablename__ = "run_invitation"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime]


class InterestTold(Base):
    """That somebody was told of a run, once. Who wants a call still has to be called: `called_at` says when that was done."""

    __tablename__ = "interest_told"

    interest_id: Mapped[UUID] = mapped_column(ForeignKey("interest.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), primary_key=True, index=True)
    told_at: Mapped[datetime]
    called_at: Mapped[datetime | None] = mapped_column(default=None)
