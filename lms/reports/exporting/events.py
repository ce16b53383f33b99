"""What has happened to exports."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class ExportMade(Event):
    """A table of a period is made: its readers get a letter."""

    export_run_id: UUID
    at: datetime
