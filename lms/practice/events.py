"""What has happened to calls for help."""

from uuid import UUID

from lms.jobs.queue import Event


class HelpAnswered(Event):
    """A trainer has answered a call for help in words."""

    call_id: UUID
