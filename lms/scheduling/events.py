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
