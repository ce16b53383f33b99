"""The days a figure is about, and how long a session lasts in the words of either database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles

from lms.kernel.clock import at_venue
from lms.scheduling.models import Session, SessionState

LONGEST = timedelta(days=366 * 3)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day at the venues, both included."""

    first: date
    last: date

    @property
    def starts(self) -> datetime:
        """When the first day begins."""
        return at_venue(self.first, time.min)

    @property
    def until(self) -> datetime:
        """When the day after the last one begins."""
        return at_venue(self._after, time.min)

    @property
    def is_readable(self) -> bool:
        """Whether it is the right way round and no longer than three years."""
        return self.first <= self.last and self.last - self.first <= LONGEST

    @property
    def is_year(self) -> bool:
        """Whether it is a calendar year."""
        return self == year(self.first.year)

    def is_of_months(self, first: date | None = None, last: date | None = None) -> bool:
        """Whether it begins with a month or on `first`, and ends with a month or on `last`."""
        return (self.first.day == 1 or self.first == first) and (self._after.day == 1 or self.last == last)

    @property
    def _after(self) -> date:
        return self.last + timedelta(days=1)

    def holds(self) -> ColumnElement[bool]:
        """Sessions that begin in it."""
        return (Session.starts_at >= self.starts) & (Session.starts_at < self.until)


def year(number: int) -> Span:
    """A calendar year."""
    return Span(date(number, 1, 1), date(number, 12, 31))


def quarter_before(day: date) -> Span:
    """The last whole quarter of a year before this day."""
    begin = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    last = begin - timedelta(days=1)
    return Span(date(last.year, last.month - 2, 1), last)


def held(span: Span, now: datetime) -> ColumnElement[bool]:
    """Sessions that were held in these days: planned, and over. A cancelled one counts for nothing."""
    return span.holds() & (Session.state == SessionState.PLANNED) & (Session.ends_at <= now)


class session_minutes(ColumnElement[int]):  # noqa: N801 - reads like the SQL function it is
    """The length of a session in whole minutes."""

    inherit_cache = True
    type = Integer()


@compiles(session_minutes, "sqlite")
def _on_sqlite(element: session_minutes, compiler: Any, **rest: Any) -> str:  # noqa: ARG001 - the compiler hands it in
    ends, starts = compiler.process(Session.ends_at), compiler.process(Session.starts_at)
    return f"CAST(round((julianday({ends}) - julianday({starts})) * 1440) AS INTEGER)"


@compiles(session_minutes, "postgresql")
def _on_postgresql(element: session_minutes, compiler: Any, **rest: Any) -> str:  # noqa: ARG001
    ends, starts = compiler.process(Session.ends_at), compiler.process(Session.starts_at)
    return f"CAST(round(extract(epoch FROM {ends} - {starts}) / 60) AS INTEGER)"
