"""What is decided about loans without asking anybody."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.lending.errors import EndsBeforeItBegins, InThePast, TooLong
from lms.lending.models import Loan, LoanState

PICKED_UP_FROM = time(8)
DUE_AT = time(18)
"""A loan begins and ends by the wall clock: from eight on the first day to six in the evening of the last."""
LONGEST_DAYS = 366
LONGEST_NUMBER = 40
ADDRESS_OF_A_DEVICE = re.compile(r"(?:^|/)g/([^/?#]+)/?$")
CONDITIONS = ("good", "worn", "damaged")
"""How a unit is when it changes hands: without fault, used, or with damage."""


class Standing(StrEnum):
    """How a loan stands by the clock: what is stored, and what follows from the day."""

    RESERVED = "reserved"
    UNCLAIMED = "unclaimed"
    OUT = "out"
    DUE = "due"
    OVERDUE = "overdue"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"


def standing(loan: Loan, now: datetime) -> Standing:
    """Overdue once the moment is over, due on its last day, unclaimed from the day after it should have begun."""
    if loan.state is LoanState.RESERVED:
        is_late = local(loan.starts_at).date() < local(now).date()
        return Standing.UNCLAIMED if is_late else Standing.RESERVED
    if loan.state is LoanState.OUT:
        if loan.due_at <= now:
            return Standing.OVERDUE
        return Standing.DUE if local(loan.due_at).date() == local(now).date() else Standing.OUT
    return Standing(loan.state.value)


def period_of(first: date, last: date, now: datetime) -> Period:
    """From the first to the last day, both included; a loan of today begins now.

    Raises InThePast, EndsBeforeItBegins, TooLong.
    """
    today = local(now).date()
    if first < today or last < today:
        raise InThePast
    if last < first:
        raise EndsBeforeItBegins
    if (last - first).days > LONGEST_DAYS:
        raise TooLong(days=LONGEST_DAYS)
    start = max(now, at_venue(first, PICKED_UP_FROM))
    end = at_venue(last, DUE_AT)
    return Period(start, end if end > start else at_venue(last + timedelta(days=1), time()))


def due_of(last: date, now: datetime) -> datetime:
    """The moment by which a device handed out now comes back. Raises InThePast, TooLong."""
    return period_of(local(now).date(), last, now).end


@dataclass(frozen=True, slots=True)
class Buffers:
    """What a loan needs around it: the way to where it is picked up; getting it ready and the way home (F-D08, F-D09)."""

    before_minutes: int = 0
    after_minutes: int = 0

    def around(self, period: Period) -> Period:
        """The period in which nobody else can have the device."""
        return period.widened(before_minutes=self.before_minutes, after_minutes=self.after_minutes)


def missing(handed_out: Iterable[str], came_back: Iterable[str]) -> list[str]:
    """The accessories that did not come back, in their order."""
    back = set(came_back)
    return [name for name in handed_out if name not in back]


def days_late(due_at: datetime, now: datetime) -> int:
    """How many days have begun since the day on which it was due."""
    return (local(now).date() - local(due_at).date()).days


def reminders_by(days: Sequence[int], late: int) -> int:
    """How many reminders should have been written when something is so many days late.

    After a standstill the latest is written alone: nobody gets three letters in one day.
    """
    return sum(late >= day for day in days)


def blocked_until(today: date, days: int) -> date:
    """The last day of a block that begins today."""
    return today + timedelta(days=days)


def number_in(scanned: str) -> str:
    """The inventory number in what was typed or scanned: the number itself, or the address on our labels."""
    text = "".join(sign for sign in scanned if sign.isprintable()).strip()
    if "/" in text:
        found = ADDRESS_OF_A_DEVICE.search(urlsplit(text).path)
        text = unquote(found[1]) if found else text
    return text.strip()[:LONGEST_NUMBER]


def spellings(number: str) -> list[str]:
    """How a number may stand on a label when somebody types 42 for 0042; the most likely first."""
    return list(dict.fromkeys((number, number.zfill(4), number.upper())))
