"""A month as a table of weeks, and what is free on its days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lms.kernel.clock import at_venue
from lms.kernel.period import Period

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month at the venues."""

    first: date

    @classmethod
    def of(cls, typed: str, today: date) -> "Month":
        """The month of an address, "2026-12"; this month for whatever else stands there."""
        try:
            found = date.fromisoformat(f"{typed}-01")
        except ValueError:
            found = today
        return cls((found if FIRST_YEAR <= found.year < LAST_YEAR else today).replace(day=1))

    @property
    def after(self) -> "Month":
        """The next one."""
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def before(self) -> "Month":
        """The one before."""
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.first:%Y-%m}"

    @property
    def weeks(self) -> Sequence[Sequence[date]]:
        """Whole weeks from Monday to Sunday, so that days of the neighbours may be among them."""
        monday = self.first - timedelta(days=self.first.weekday())
        weeks = []
        while monday < self.after.first:
            weeks.append([monday + timedelta(days=step) for step in range(7)])
            monday += timedelta(days=7)
        return weeks

    @property
    def period(self) -> Period:
        """From the first moment shown to the last."""
        return Period(day_of(self.weeks[0][0]).start, day_of(self.weeks[-1][-1]).end)


def day_of(day: date) -> Period:
    """A day at the venues; 23 or 25 hours long when the clocks change (domain rule 10)."""
    return Period(at_venue(day, time.min), at_venue(day + timedelta(days=1), time.min))


def fewest_free(spans: Iterable[Period], day: Period, count: int) -> int:
    """How many of `count` things are free at the busiest moment of a day, given when each of them is taken."""
    changes: list[tuple[datetime, int]] = []
    for span in spans:
        if span.overlaps(day):
            changes += [(max(span.start, day.start), 1), (min(span.end, day.end), -1)]
    busy = most = 0
    for _, change in sorted(changes):
        busy += change
        most = max(most, busy)
    return count - most
