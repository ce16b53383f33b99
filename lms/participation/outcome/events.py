"""What has become of wishes."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class WishReopened(Event):
    """The run that was planned for a wish does not take place: the wish is under review again."""

    wish_id: UUID
    run_id: UUID
    at: datetime


class WishRunOpened(Event):
    """A run that was planned for a wish is published: its supporters may enrol before everybody else."""

    wish_id: UUID
    run_id: UUID
    at: datetime
