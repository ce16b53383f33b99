"""What has happened to helpers and their shifts. Letters hang on it."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class HelperAsked(Event):
    """Somebody wants to help."""

    helper_id: UUID
    at: datetime


class HelperConsentWanted(Event):
    """A guardian is asked."""

    helper_id: UUID
    version: int
    at: datetime


class HelperConsentEnded(Event):
    """A guardian does not agree, or no longer: shifts to come were given back."""

    helper_id: UUID
    at: datetime


class HelperDecided(Event):
    """The team has said yes or no."""

    helper_id: UUID
    version: int
    at: datetime


class HelperLeft(Event):
    """Somebody helps no longer."""

    helper_id: UUID
    version: int
    at: datetime


class DutyTaken(Event):
    """A helper has taken a shift."""

    duty_id: UUID
    at: datetime


class DutyWithdrawn(Event):
    """A helper cannot come; the team has to look for somebody else."""

    duty_id: UUID
    at: datetime


class DutyCalledOff(Event):
    """The team has called off a shift, or needs this helper no longer."""

    duty_id: UUID
    at: datetime


class ShiftAsked(Event):
    """The team asks a helper for a shift."""

    ask_id: UUID
    at: datetime


class HoursCorrected(Event):
    """The team has written down another time than was planned or said."""

    duty_id: UUID
    number: int
    at: datetime


class HelperPaid(Event):
    """An allowance is on its way."""

    allowance_id: UUID
    at: datetime
