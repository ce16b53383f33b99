"""What has happened in the register."""

from uuid import UUID

from lms.jobs.queue import Event


class AttendanceLocked(Event):
    run_id: UUID
