"""What has happened to requests."""

from uuid import UUID

from lms.jobs.queue import Event


class ProofWishDeclined(Event):
    """The team does not issue what somebody asked for, and has said why."""

    wish_id: UUID
