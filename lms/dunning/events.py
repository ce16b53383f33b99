"""What has happened about reminders."""

from uuid import UUID

from lms.jobs.queue import Event


class ReminderWritten(Event):
    """A reminder has its number; the debtor gets it as a PDF."""

    reminder_id: UUID


class ReminderRevoked(Event):
    """A reminder was taken back, with its fee; the debtor is told."""

    reminder_id: UUID
