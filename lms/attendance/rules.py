"""Decisions about attendance, as plain functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.attendance.models import Presence

OPENS_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """One session as one person took part in it."""

    minutes: int
    presence: Presence | None
    minutes_late: int = 0


def is_open(starts_at: datetime, now: datetime) -> bool:
    """Whether marks may be made: from an hour before the start."""
    return now >= starts_at - OPENS_BEFORE


def attended_minutes(sessions: Iterable[Taken]) -> int:
    """Minutes somebody was there: all of a session when present, what was left when late, nothing otherwise."""
    return sum(minutes_counted(session) for session in sessions)


def minutes_counted(session: Taken) -> int:
    """What one session counts, in minutes."""
    if session.presence is Presence.PRESENT:
        return session.minutes
    if session.presence is Presence.LATE:
        return max(session.minutes - session.minutes_late, 0)
    return 0
