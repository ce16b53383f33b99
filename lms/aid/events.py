"""What has happened to aid."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class AidGranted(Event):
    """A statement was issued."""

    statement_id: UUID
    at: datetime


class AidRevoked(Event):
    """A statement was revoked, and no other took its place."""

    statement_id: UUID
    at: datetime
