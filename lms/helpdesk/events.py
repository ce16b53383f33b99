"""What has happened at the help desk."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class AppointmentBooked(Event):
    """Somebody has an appointment."""

    appointment_id: UUID
    at: datetime
    version: int


class AppointmentMoved(Event):
    """It is at another time, with another adviser or at another place."""

    appointment_id: UUID
    at: datetime
    version: int
    before_starts_at: datetime
    by_team: bool


class AppointmentCancelled(Event):
    """It does not take place."""

    appointment_id: UUID
    at: datetime
    version: int
    by_team: bool


class AppointmentMissed(Event):
    """Nobody came."""

    appointment_id: UUID
    at: datetime


class EarlierOffered(Event):
    """An earlier time is held for somebody until a deadline."""

    wish_id: UUID
    at: datetime
    version: int
