"""Time: aware UTC inside, the venue's zone outside (domain rule 10)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC. Handed in everywhere, so that tests can set it."""

ZONE = ZoneInfo("Europe/Berlin")
"""Where the venues are: opening hours, recurrences and everything people read are in this zone."""

MINUTES_PER_UNIT = 45
"""One teaching unit (Unterrichtseinheit, UE) is 45 minutes (domain.md)."""


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the wall clock of the venues."""
    return moment.astimezone(ZONE)


def at_venue(day: date, time_of_day: time) -> datetime:
    """The UTC moment of a wall-clock time at the venues; in the hour that exists twice, the first one."""
    return datetime.combine(day, time_of_day, tzinfo=ZONE).astimezone(UTC)


def today(clock: Clock) -> date:
    """The calendar day at the venues."""
    return local(clock()).date()
