"""What has happened to runs and sessions."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class RunPublished(Event):
    run_id: UUID


class RunConfirmed(Event):
    """The run takes place for certain."""

    run_id: UUID


class SessionMoved(Event):
    """A session has a new time or room; what it was before, for the letters."""

    session_id: UUID
    before_starts_at: datetime
    before_ends_at: datetime
    before_room_id: UUID | None


class SessionCancelled(Event):
    session_id: UUID


class SessionAdded(Event):
    """A session was added to a run that people are already enrolled in."""

    session_id: UUID


class ProofAsked(Event):
    """The trainers of a draft are asked to read it before it is published."""

    run_id: UUID
    asked_at: datetime


class TrainersAsked(Event):
    """These persons are asked whether they teach the run."""

    run_id: UUID
    person_ids: list[UUID]
    asked_at: datetime


class TrainersChanged(Event):
    """Who teaches has changed: for each person the sessions that were added and taken away, by their ids.

    `changed_at` tells one change from the next.
    """

    run_id: UUID
    changed_at: datetime
    gained: dict[str, list[UUID]]
    lost: dict[str, list[UUID]]
