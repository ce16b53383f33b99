"""How long a call for help waits: plain decisions, without a session or a clock."""

from datetime import datetime, timedelta

from lms.kernel.clock import local

AROUND = timedelta(minutes=15)
"""So long before and after a session its room counts as the place where help is called for."""
WAITS_AT_HOME = timedelta(days=14)
"""A call from home waits for words; one in the room ends with its day."""
KEPT = timedelta(days=365)


def is_over(asked_at: datetime, *, in_session: bool, now: datetime) -> bool:
    """Whether nobody will come any more: the day of the session is over, or two weeks have passed for a call from home."""
    if in_session:
        return local(now).date() > local(asked_at).date()
    return now - asked_at >= WAITS_AT_HOME
