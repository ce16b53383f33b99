"""When a run is decided about, what is proposed to those enrolled, and what they say to it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class RunDecision(Base):
    """What a run has of its own for the decision: another day than usual, and fees for small groups.

    `fee_levels` are `{"least": people, "cents": price of a place}`, ascending: three of them are printed by many centres
    (5-6, 7-8, 9 and more).
    """

    __tablename__ = "run_decision"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    decide_on: Mapped[date | None] = mapped_column(default=None)
    fee_levels: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    version: Mapped[int] = mapped_column(default=1)


class Measure(StrEnum):
    """What may become of a run with too few people and needs the consent of those enrolled."""

    SMALL_GROUP = "small_group"
    SHORTEN = "shorten"
    MERGE = "merge"
    MOVE = "move"


class ProposalState(StrEnum):
    """Open while people answer; then one of the others, for good."""

    OPEN = "open"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"


STILL_OPEN = text("state = 'open'")


class Proposal(Row):
    """One change that everybody with a place in a run is asked about. `terms` are `minimum.values.Terms`.

    `version` rises with every answer, so that nobody decides on a count that is not true any more.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index(
            "uq_proposal_open", "run_id", unique=True, postgresql_where=STILL_OPEN, sqlite_where=STILL_OPEN
        ),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    measure: Mapped[Measure]
    terms: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN)
    reason: Mapped[str] = mapped_column(LongText, default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)


class AskedBy(StrEnum):
    """How somebody is asked."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Inquiry(Row):
    """One reader who is asked, for all the places that this reader answers for: a guardian, a contact, the person.

    `link_version` makes the link in the letter void when raised. `tried_at` is when the telephone was tried in vain.
    """

    __tablename__ = "proposal_inquiry"
    __table_args__ = (UniqueConstraint("proposal_id", "reader_id"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"))
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    way: Mapped[AskedBy]
    asked_at: Mapped[datetime]
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(LongText, default="")
    link_version: Mapped[int] = mapped_column(default=1)


class Reply(StrEnum):
    """What was said so far."""

    OPEN = "open"
    YES = "yes"
    NO = "no"


class RepliedBy(StrEnum):
    """Where the answer came from."""

    NOBODY = "nobody"
    LINK = "link"
    PHONE = "phone"


class ProposalAnswer(Row):
    """What is said about one place, and to which price it was said; a trigger keeps it once the proposal has ended."""

    __tablename__ = "proposal_answer"
    __table_args__ = (
        UniqueConstraint("proposal_id", "enrolment_id"),
        CheckConstraint("before_cents >= 0 AND after_cents >= 0", name="prices"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"))
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("proposal_inquiry.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    before_cents: Mapped[int]
    after_cents: Mapped[int]
    reply: Mapped[Reply] = mapped_column(default=Reply.OPEN)
    replied_at: Mapped[datetime | None] = mapped_column(default=None)
    replied_by: Mapped[RepliedBy] = mapped_column(default=RepliedBy.NOBODY)
