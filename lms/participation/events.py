"""What has happened to wishes and votes."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class WishReceived(Event):
    """A wish has come in and waits for the team; `is_proven` where no click in a mail is needed first."""

    wish_id: UUID
    at: datetime
    is_proven: bool = True


class WishPublished(Event):
    """The team has published a wish."""

    wish_id: UUID
    at: datetime


class WishAnswered(Event):
    """A wish has its public answer, was rejected before it was public, or was merged into another."""

    wish_id: UUID
    version: int
    at: datetime


class VoteAsked(Event):
    """Somebody wants to support a wish and has to confirm it by mail.

    `already` where they support it; then the address `is_own` when the voter has voted from it before, and no link goes to
    any other.
    """

    vote_id: UUID
    at: datetime
    email: str
    language: str = "de"
    already: bool = False
    is_own: bool = True
