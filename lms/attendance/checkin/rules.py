"""Decisions about entering oneself, as plain functions."""

from datetime import datetime

from lms.attendance.checkin.errors import CheckInClosed, CheckInTooEarly, CheckInTooLate
from lms.attendance.checkin.models import CheckInOpening
from lms.attendance.models import Presence
from lms.attendance.rules import is_open
from lms.scheduling.models import Session, SessionState


def ensure_open(meeting: Session, opening: CheckInOpening | None, now: datetime) -> None:
    """From an hour before the start to the end, while the trainer lets people and the register is not closed.

    Raises CheckInClosed, CheckInTooEarly, CheckInTooLate.
    """
    is_held = meeting.state == SessionState.PLANNED and meeting.locked_at is None
    if opening is None or opening.closed_at is not None or not is_held:
        raise CheckInClosed
    if not is_open(meeting.starts_at, now):
        raise CheckInTooEarly
    if now >= meeting.ends_at:
        raise CheckInTooLate


def presence_at(meeting: Session, now: datetime, *, grace: int) -> tuple[Presence, int]:
    """The mark of somebody who comes now, and how many whole minutes later than the start; up to `grace` is in time."""
    late = int((now - meeting.starts_at).total_seconds() // 60)
    return (Presence.LATE, late) if late > grace else (Presence.PRESENT, 0)
