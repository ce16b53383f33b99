"""Which periods are due: plain functions over days."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from lms.kernel.clock import at_venue
from lms.reports.exporting.models import Every
from lms.reports.figures.spans import Span

MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
AT = time(6)
"""Files are ready when the working day begins."""


def due_periods(every: Every, day: int, starts_on: date, today: date) -> Iterator[tuple[Span, datetime]]:
    """Every period that ends on or after `starts_on` and whose day of making has come, with the moment it is due."""
    months = MONTHS[every]
    first = date(starts_on.year, (starts_on.month - 1) // months * months + 1, 1)
    while True:
        after = first + relativedelta(months=months)
        made_on = after + timedelta(days=day - 1)
        if made_on > today:
            return
        yield Span(first, after - timedelta(days=1)), at_venue(made_on, AT)
        first = after
