"""What has happened to clubs."""

from datetime import date
from uuid import UUID

from lms.jobs.queue import Event


class ClubEnded(Event):
    """The team has ended a club; `last_day` is its last date."""

    run_id: UUID
    last_day: date
    reason: str
