"""Who has earned a certificate, as plain functions."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lms.attendance.queries import Record
from lms.kernel.clock import MINUTES_PER_UNIT, local

KEPT_YEARS = 10


class Lack(StrEnum):
    """What somebody lacks."""

    NOTHING = "nothing"
    UNITS = "units"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody attended, what the course asks for, and what is missing. Minutes; whole units are counted down."""

    attended_minutes: int
    planned_minutes: int
    needed_minutes: int
    lack: Lack

    @property
    def has_earned(self) -> bool:
        """Whether the certificate may be issued."""
        return self.lack is Lack.NOTHING


def standing(record: Record, threshold_percent: int) -> Standing:
    """Compare attendance with the threshold: exactly the asked share is enough. A session without mark decides nothing."""
    needed = -(-record.planned_minutes * threshold_percent // 100)
    if record.unmarked:
        lack = Lack.MARKS
    elif record.attended_minutes < max(needed, MINUTES_PER_UNIT):
        lack = Lack.UNITS
    else:
        lack = Lack.NOTHING
    return Standing(
        attended_minutes=record.attended_minutes,
        planned_minutes=record.planned_minutes,
        needed_minutes=needed,
        lack=lack,
    )


def whole_units(minutes: int) -> int:
    """Full units of 45 minutes: a certificate never states more than was attended (L-82)."""
    return minutes // MINUTES_PER_UNIT


def kept_until(issued_at: datetime) -> date:
    """The last day of the register's time: ten years after the day of issue, at the venue."""
    day = local(issued_at).date()
    return day.replace(year=day.year + KEPT_YEARS, day=min(day.day, 28) if day.month == 2 else day.day)
