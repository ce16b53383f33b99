"""Wishes of citizens, their supporters, and the rounds they are voted on in. What must not happen twice is a constraint."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.catalogue.models import Audience
from lms.db import Base, Json, LongText, Row


class RoundAudience(StrEnum):
    """Who may vote in a round, beside what its district says."""

    EVERYONE = "everyone"
    YOUTH = "youth"


class Way(StrEnum):
    """How something reached us; all ways weigh the same (U7)."""

    ONLINE = "online"
    COUNTER = "counter"
    PAPER = "paper"
    PHONE = "phone"


class Round(Row):
    """A voting with dates. Its phase is what the clock says: collecting, discussing, prioritising, result.

    `votes_per_person` are one person's votes, or points where `most_per_wish` is more than one. `district` is empty where the
    whole town votes, `postal_codes` say who is a resident where only residents vote. Open to the public from `published_at` on.
    `sheets_printed` is the highest number of a paper ballot that exists. Once `closed_at` is set, `result` never changes.
    """

    __tablename__ = "wish_round"
    __table_args__ = (
        CheckConstraint(
            "collect_from <= discuss_from AND discuss_from <= vote_from AND vote_from < ends_at",
            name="phases",
        ),
        CheckConstraint("votes_per_person >= 1", name="votes"),
        CheckConstraint("most_per_wish >= 1 AND most_per_wish <= votes_per_person", name="most_per_wish"),
        CheckConstraint("sheets_printed >= 0", name="sheets"),
        CheckConstraint("max_age IS NULL OR max_age > 0", name="age"),
    )

    slug: Mapped[str] = mapped_column(unique=True)
    title_de: Mapped[str]
    title_en: Mapped[str]
    collect_from: Mapped[datetime]
    discuss_from: Mapped[datetime]
    vote_from: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    text_de: Mapped[str] = mapped_column(LongText, default="")
    text_en: Mapped[str] = mapped_column(LongText, default="")
    audience: Mapped[RoundAudience] = mapped_column(default=RoundAudience.EVERYONE)
    max_age: Mapped[int | None] = mapped_column(default=None)
    district: Mapped[str] = mapped_column(default="")
    votes_per_person: Mapped[int] = mapped_column(default=3)
    most_per_wish: Mapped[int] = mapped_column(default=1)
    residents_only: Mapped[bool] = mapped_column(default=False)
    postal_codes: Mapped[list[str]] = mapped_column(default_factory=list)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    sheets_printed: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    version: Mapped[int] = mapped_column(default=1)


class WishKind(StrEnum):
    """What somebody comes with: a wish to learn, the offer to teach, or a room (F-N11)."""

    WANT = "want"
    TEACH = "teach"
    ROOM = "room"


class WishState(StrEnum):
    """Where a wish stands; from PUBLISHED on it is the public answer (F-N04).

    UNPROVEN waits for the click in a mail, because its internet address has sent in many.
    """

    UNPROVEN = "unproven"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    UNDER_REVIEW = "under_review"
    PLANNED = "planned"
    DONE = "done"
    REJECTED = "rejected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Wish(Row):
    """Something a citizen wishes for. `title` and `text` are what is published; `original` keeps the proposer's own words.

    The contact is for the team alone, and is deleted by and by. `supporters` and `points` are those of the votes that count
    now; only statements that add to them write them. `source` is a hash of the internet address, for the watch against abuse.
    """

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("supporters >= 0 AND points >= supporters", name="counts"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        Index("ix_wish_state", "state", "created_at"),
        Index("ix_wish_source", "source", "created_at"),
    )

    title: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
    original: Mapped[dict[str, Any]] = mapped_column(Json)
    matching: Mapped[str] = mapped_column(LongText)
    created_at: Mapped[datetime]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("wish_round.id"), index=True, default=None)
    kind: Mapped[WishKind] = mapped_column(default=WishKind.WANT)
    for_whom: Mapped[Audience] = mapped_column(default=Audience.EVERYONE)
    topic_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("topic.id", ondelete="SET NULL"), index=True, default=None
    )
    district: Mapped[str] = mapped_column(default="")
    when_words: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, default=None)
    way: Mapped[Way] = mapped_column(default=Way.ONLINE)
    language: Mapped[str] = mapped_column(default="de")
    source: Mapped[str] = mapped_column(default="")
    state: Mapped[WishState] = mapped_column(default=WishState.SUBMITTED)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    answer_de: Mapped[str] = mapped_column(LongText, default="")
    answer_en: Mapped[str] = mapped_column(LongText, default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("wish.id"), index=True, default=None)
    supporters: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class WishRun(Base):
    """A run that was planned because of a wish (F-N10)."""

    __tablename__ = "wish_run"

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wish.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class WishOffer(Row):
    """Somebody offers to teach what a wish asks for, or a room for it (F-N11). The contact is for the team alone."""

    __tablename__ = "wish_offer"

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wish.id", ondelete="CASCADE"), index=True)
    kind: Mapped[WishKind]
    text: Mapped[str] = mapped_column(LongText)
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    created_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)


class RoundVoter(Base):
    """How many votes one person has given in a round. The database itself refuses more than `most`."""

    __tablename__ = "round_voter"
    __table_args__ = (CheckConstraint("used >= 0 AND used <= most", name="limit"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("wish_round.id", ondelete="CASCADE"), primary_key=True)
    voter_key: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)


class VoterKey(Base):
    """One of the keys by which a voter of a round is known again, whichever way they come."""

    __tablename__ = "voter_key"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("wish_round.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    voter_key: Mapped[str] = mapped_column(index=True)


class ResidentCode(Row):
    """A code that proves to a round that its holder lives in the town (F-N07): by letter to the address, or at the counter.

    `holder_key` is the hash of name and address: each gets one. `place_key` is that of the address alone, which gets only so
    many by letter. The code itself is not kept.
    """

    __tablename__ = "resident_code"
    __table_args__ = (
        Index("uq_resident_code_holder", "round_id", "holder_key", unique=True),
        Index("ix_resident_code_place", "round_id", "place_key"),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("wish_round.id", ondelete="CASCADE"))
    holder_key: Mapped[str]
    code_hash: Mapped[str] = mapped_column(unique=True)
    way: Mapped[Way]
    made_at: Mapped[datetime]
    place_key: Mapped[str] = mapped_column(default="")
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class BallotState(StrEnum):
    """A sheet that counts, one that was filled in so that it cannot count, or an entry that was taken back."""

    COUNTED = "counted"
    INVALID = "invalid"
    VOID = "void"


SHEET_STANDS = text("state <> 'void'")


class Ballot(Row):
    """A paper ballot as it was typed in. A correction makes it void and enters the sheet anew; nothing is overwritten.

    `choices` are wish and points. `entered_by` is the account of whoever typed it.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        Index(
            "uq_ballot_sheet",
            "round_id",
            "sheet",
            unique=True,
            postgresql_where=SHEET_STANDS,
            sqlite_where=SHEET_STANDS,
        ),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("wish_round.id"))
    sheet: Mapped[int]
    choices: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    voter_key: Mapped[str] = mapped_column(default="")
    state: Mapped[BallotState] = mapped_column(default=BallotState.COUNTED)
    reason: Mapped[str] = mapped_column(default="")


class BallotAct(StrEnum):
    """What was done with a sheet."""

    ENTERED = "entered"
    VOIDED = "voided"
    RECOUNTED = "recounted"


class BallotEvent(Row):
    """The protocol of the paper ballots: every entry, correction and second count. The database refuses every change."""

    __tablename__ = "ballot_event"
    __table_args__ = (Index("ix_ballot_event_round", "round_id", "done_at"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("wish_round.id"))
    sheet: Mapped[int]
    act: Mapped[BallotAct]
    done_at: Mapped[datetime]
    done_by: Mapped[UUID | None]
    choices: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    state: Mapped[BallotState]
    reason: Mapped[str]


class VoteState(StrEnum):
    """Waiting for the click in the mail, counting, taken back by the voter, or made void by the team with a reason."""

    PENDING = "pending"
    COUNTED = "counted"
    WITHDRAWN = "withdrawn"
    VOID = "void"


LIVE = text("state IN ('pending', 'counted')")


class Vote(Row):
    """One person's support of one wish; in a round it takes `points` of their votes.

    `email` and `name` stand here as long as they are needed: until the confirmation, and longer where the voter agreed to be
    told what becomes of the wish (`wants_news`). `expires_at` ends a vote that nobody has confirmed; until then `keys` holds
    by what its voter is known, which counts only once it is confirmed: nobody can use up somebody else's votes. From then on
    the keys stand in `VoterKey`, outside of rounds in `WishVoter`.
    """

    __tablename__ = "vote"
    __table_args__ = (
        CheckConstraint("points >= 1", name="points"),
        Index(
            "uq_vote_live",
            "wish_id",
            "voter_key",
            unique=True,
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        ),
        Index("ix_vote_round", "round_id", "voter_key"),
        Index("ix_vote_source", "source", "created_at"),
    )

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wish.id"))
    voter_key: Mapped[str]
    created_at: Mapped[datetime]
    way: Mapped[Way]
    state: Mapped[VoteState]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("wish_round.id"), default=None)
    points: Mapped[int] = mapped_column(default=1)
    ballot_id: Mapped[UUID | None] = mapped_column(ForeignKey("ballot.id"), index=True, default=None)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True, default=None)
    email: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    keys: Mapped[list[str]] = mapped_column(default_factory=list)
    wants_news: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="de")
    source: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    counted_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")


class WishVoter(Base):
    """By what somebody is known whose vote for a wish counts outside of rounds: no key counts twice for one wish.

    The rows live as long as the vote counts. In a round `VoterKey` says the same for all of its wishes.
    """

    __tablename__ = "wish_voter"

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wish.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    vote_id: Mapped[UUID] = mapped_column(ForeignKey("vote.id", ondelete="CASCADE"), index=True)
