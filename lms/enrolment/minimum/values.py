"""What a proposal consists of and what it would come to: plain values, no rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from lms.catalogue.models import Run
from lms.enrolment.minimum.models import Measure, Proposal, Reply
from lms.kernel.clock import local
from lms.scheduling.events import SessionsChanged


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A session as people were asked about it."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A session before, and when and where it is to be."""

    before: Dated
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed. Prices are those of a full place, in cents; what each person pays stands with their answer.

    `dropped` are left out, `moved` take place at other times, `into` are the dates of the other run, for those who go there.
    """

    base_cents: int
    price_cents: int
    dropped: list[Dated] = []
    moved: list[Moved] = []
    into_id: UUID | None = None
    into: list[Dated] = []

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


def terms_of(proposal: Proposal) -> Terms:
    """The terms of a proposal."""
    return msgspec.convert(proposal.terms, Terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What staff chose: the measure, the fee of a full place, and what belongs to the measure."""

    measure: Measure
    price_cents: int
    dropped: Sequence[UUID] = ()
    days: int = 0
    """By how many days all sessions move."""
    into_id: UUID | None = None
    deadline: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """From so many people on, a place costs this many cents."""

    least: int
    cents: int


@dataclass(frozen=True, slots=True)
class Count:
    """The answers about the places that still exist."""

    yes: int = 0
    no: int = 0
    open: int = 0

    @property
    def asked(self) -> int:
        """All of them."""
        return self.yes + self.no + self.open


def counted(replies: Sequence[Reply]) -> Count:
    """Count answers."""
    return Count(replies.count(Reply.YES), replies.count(Reply.NO), replies.count(Reply.OPEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What changes for one person, in cents; `paid_back_cents` is what goes back to somebody who leaves."""

    enrolment_id: UUID
    person_id: UUID
    name: str
    before_cents: int
    after_cents: int
    open_cents: int = 0
    """What the account stands at afterwards: positive is still owed, negative is paid back."""

    @property
    def difference_cents(self) -> int:
        """What it costs more (or less)."""
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a proposal comes to when it is applied: who stays, who is released, and what stands in the books."""

    proposal_id: UUID
    measure: Measure
    kept: Sequence[Share]
    released: Sequence[Share]
    told: SessionsChanged | None = None
    """What trainers hear about the dates."""

    @property
    def income_cents(self) -> int:
        """What those who stay pay together."""
        return sum(one.after_cents for one in self.kept)


def decide_on(run: Run, own: date | None, days_before: int) -> date | None:
    """The last day on which it is to be decided: the run's own, else so many days before the start."""
    if own is not None:
        return own
    return local(run.starts_at).date() - timedelta(days=days_before) if run.starts_at else None
