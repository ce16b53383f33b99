"""Decisions about attendance, as plain functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.attendance.models import Presence

OPENS_BEFORE = timedelta(hours=1)


ATTENDED = frozenset({Presence.PRESENT, Presence.LATE})


@dataclass(frozen=True, slots=True)
class Taken:
    """One session as one person took part in it, and as they made it up elsewhere, where they did."""

    minutes: int
    presence: Presence | None
    minutes_late: int = 0
    made_up: "Taken | None" = None


def is_open(starts_at: datetime, now: datetime) -> bool:
    """Whether marks may be made: from an hour before the start."""
    return now >= starts_at - OPENS_BEFORE


def attended_minutes(sessions: Iterable[Taken]) -> int:
    """Minutes somebody was there: all of a session when present, what was left when late, nothing otherwise."""
    return sum(minutes_counted(session) for session in sessions)


def minutes_counted(session: Taken) -> int:
    """What one session counts, in minutes.

    Of the session itself and of the one in which it was made up the better one counts, never both, and never more than the
    session itself would have lasted.
    """
    own = _minutes_there(session)
    return own if session.made_up is None else max(own, min(_minutes_there(session.made_up), session.minutes))


def counts_elsewhere(session: Taken) -> bool:
    """Whether it is the make-up that counts."""
    return session.made_up is not None and minutes_counted(session) > _minutes_there(session)


def _minutes_there(session: Taken) -> int:
    if session.presence is Presence.PRESENT:
        return session.minutes
    if session.presence is Presence.LATE:
        return max(session.minutes - session.minutes_late, 0)
    return 0
