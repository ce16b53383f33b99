"""Which edition a run is taught by, and when a lesson is open: plain decisions, without a session or a clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar


class Published(Protocol):
    """What is asked of an edition."""

    @property
    def number(self) -> int: ...

    @property
    def published_at(self) -> datetime: ...


KEPT = timedelta(days=365)
"""How long the working papers of learners stay after the end of their run: attempts, states of packages, results of tools."""
E = TypeVar("E", bound=Published)


def edition_at(editions: Iterable[E], starts_at: datetime | None, now: datetime) -> E | None:
    """The edition of a run that nobody moved: the newest until it starts, and from then on the one it started with.

    A course that got its first edition after the run had started gives it that one.
    """
    in_order = sorted(editions, key=lambda one: one.number)
    if starts_at is None or now < starts_at:
        return in_order[-1] if in_order else None
    before = [one for one in in_order if one.published_at <= starts_at]
    return before[-1] if before else next(iter(in_order), None)


def is_open(
    from_at: datetime | None, session_starts_at: datetime | None, now: datetime, *, waits: bool
) -> bool:
    """Whether a lesson may be read by now. It `waits` when a release stands; a session without a date opens nothing."""
    if not waits:
        return True
    opens = from_at or session_starts_at
    return opens is not None and opens <= now


def readable_until(ends_at: datetime | None, kept_days: int) -> datetime | None:
    """When the lessons of a run close for its learners: so many days after its end. A run without dates never closes."""
    return ends_at + timedelta(days=kept_days) if ends_at is not None else None


def forgotten_before(now: datetime, kept_days: int) -> datetime:
    """Working papers of runs that ended before this moment go; never while the lessons can still be read: attempts count."""
    return now - max(KEPT, timedelta(days=kept_days))
