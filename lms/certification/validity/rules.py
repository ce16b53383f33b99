"""How long a certificate counts, and when to remind its holder, as plain functions."""

from collections.abc import Iterable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta


def last_day_of_validity(issued_on: date, months: int | None) -> date | None:
    """The day of the same number so many months later, or the last of its month (§ 188 Abs. 2 and 3 BGB); None: for ever."""
    if months is None or months <= 0:
        return None
    return issued_on + relativedelta(months=months)


def reminder_due(
    *, valid_until: date, issued_on: date, today: date, days_before: Iterable[int], reminded_on: date | None
) -> int | None:
    """The reminder to write today, as its number of days before the end; None when there is none to write.

    Of several that are due only the last is written, and none whose day had come when the certificate was issued.
    """
    if today > valid_until:
        return None
    due = [
        days
        for days in days_before
        if issued_on < (day := valid_until - timedelta(days=days)) <= today
        and (reminded_on is None or reminded_on < day)
    ]
    return min(due, default=None)
