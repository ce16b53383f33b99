"""What has happened to calendars of trainers."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class CalendarUnread(Event):
    """A calendar could not be read for days; its owner should know."""

    calendar_id: UUID
    at: datetime
