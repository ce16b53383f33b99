"""What stands on a sheet: the dates of a person, or of everybody they act for, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from lms.feeds import queries
from lms.feeds.reading import Circle, names_by_session
from lms.kernel.clock import at_venue, local
from lms.resources.occupancy import month_after
from lms.scheduling.entries import entries
from lms.scheduling.models import Session

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One date: when, what, where; `names` only where the sheet is about several people."""

    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    names: Sequence[str] = ()
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The days from `first` to before `end`; only days with dates stand in `days`."""

    first: date
    end: date
    days: Mapping[date, Sequence[Line]]

    @property
    def is_week(self) -> bool:
        """Whether it is a week instead of a month."""
        return self.end - self.first == WEEK

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)

    @property
    def weeks(self) -> Sequence[Sequence[date]]:
        """Whole weeks from Monday to Sunday around these days, for a grid."""
        monday = self.first - timedelta(days=self.first.weekday())
        count = -((monday - self.end) // WEEK)
        return [[monday + week * WEEK + timedelta(days=day) for day in range(7)] for week in range(count)]

    def has(self, day: date) -> bool:
        """Whether the day belongs to the sheet, and not only to its first or last week."""
        return self.first <= day < self.end


def month_of(day: date) -> tuple[date, date]:
    """The first day of the month, and the first one after it."""
    first = day.replace(day=1)
    return first, month_after(first)


def week_of(day: date) -> tuple[date, date]:
    """The Monday of the week, and the next one."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + WEEK


async def sheet_of(
    session: AsyncSession, circle: Circle, days: tuple[date, date], *, is_household: bool
) -> Sheet:
    """The sheet in the current language; two statements. What has been called off stands on it and says so."""
    first, end = days
    begins, ends = at_venue(first, time()), at_venue(end, time())
    persons: frozenset[UUID] = circle.persons if is_household else frozenset({circle.person_id})
    mine = or_(queries.taking_part(persons), queries.teaching(circle.person_id))
    found = await entries(session, mine, Session.starts_at >= begins, Session.starts_at < ends)
    whose = await names_by_session(session, persons, begins) if is_household else {}
    lines = [
        Line(
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            title=entry.summary,
            place=entry.location,
            names=whose.get(entry.session_id, ()),
            is_cancelled=entry.is_cancelled,
        )
        for entry in found
    ]
    grouped = groupby(lines, key=lambda line: local(line.starts_at).date())
    return Sheet(first=first, end=end, days={day: list(of_day) for day, of_day in grouped})
