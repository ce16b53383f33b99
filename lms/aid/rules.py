"""Which rule holds, what counts, how much room is left: plain functions, cents and days."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lms.aid.models import AidRule, AidWindow
from lms.scheduling.holidays import is_working_day

SERIES = "de-minimis"
YEARS = 3


@dataclass(frozen=True, slots=True)
class Granted:
    """Aid that counts: ours, or what a company has declared of others."""

    on: date
    cents: int


def statement_number(year: int, counter: int) -> str:
    """The number as it is printed: DM-2026-0007."""
    return f"DM-{year}-{counter:04d}"


def rule_on(rules: Iterable[AidRule], day: date) -> AidRule | None:
    """The regulation that holds on the day of granting; None before any that is known."""
    started = [one for one in rules if one.valid_from <= day]
    return max(started, key=lambda one: (one.valid_from, one.added_at), default=None)


def window_begins(window: AidWindow, day: date) -> date:
    """The first day that counts.

    Rolling (Art. 3 (2) of Regulation (EU) 2023/2831): any period of three years, so what was granted exactly three years
    before does not count any more. Fiscal (Art. 3 (2) of Regulation (EU) No 1407/2013): the year of granting and the two
    before; a fiscal year is taken as the calendar year.
    """
    if window is AidWindow.FISCAL:
        return date(day.year - YEARS + 1, 1, 1)
    try:
        before = day.replace(year=day.year - YEARS)
    except ValueError:  # 29 February
        before = date(day.year - YEARS, 2, 28)
    return before + timedelta(days=1)


def counted(granted: Iterable[Granted], window: AidWindow, day: date) -> int:
    """What counts against the ceiling on this day, both days included."""
    first = window_begins(window, day)
    return sum(one.cents for one in granted if first <= one.on <= day)


def most_in_any_window(granted: Iterable[Granted], window: AidWindow, day: date) -> int:
    """The most that counts on this day or on a later one of those known: who is granted aid for a day gone by must not exceed it then."""
    known = list(granted)
    days = {day, *(one.on for one in known if one.on > day and window_begins(window, one.on) <= day)}
    return max(counted(known, window, each) for each in days)


def declared(lists: Iterable[Iterable[Mapping[str, Any]]]) -> list[Granted]:
    """The aid of others, as the declarations of one undertaking list it.

    Each of the linked companies declares for all of them, so what stands in two lists is the same aid: it counts as often as
    in the list that has it most often.
    """
    found: Counter[Granted] = Counter()
    for other in lists:
        found |= Counter(
            Granted(date.fromisoformat(one["granted_on"]), int(one["amount_cents"])) for one in other
        )
    return list(found.elements())


def undertaking(company_id: UUID, links: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    """The companies that are one undertaking with this one, itself among them.

    Art. 2 (2) of Regulation (EU) 2023/2831: linked is linked for both, whoever declared it, and through one or more others.
    """
    both: dict[UUID, set[UUID]] = {}
    for one, others in links.items():
        for other in others:
            both.setdefault(one, set()).add(other)
            both.setdefault(other, set()).add(one)
    found, next_ones = {company_id}, {company_id}
    while next_ones:
        next_ones = {other for one in next_ones for other in both.get(one, ())} - found
        found |= next_ones
    return found


def discount(regular_cents: int, paid_cents: int) -> int:
    """The gross grant equivalent of a reduced price: what others pay less what the company pays."""
    return max(0, regular_cents - paid_cents)


def hourly(minutes: int, cents_per_hour: int) -> int:
    """The gross grant equivalent of advice that costs nothing: its time at the usual rate, rounded to the cent."""
    return (2 * minutes * cents_per_hour + 60) // 120


def register_until(rule: AidRule, granted_on: date, state: str) -> date | None:
    """The last day on which it has to be entered, so many working days later; None where nothing has to.

    Art. 6 of Regulation (EU) 2023/2831; the day of granting does not count, and neither do Saturdays, Sundays and public
    holidays (Art. 2 and 3 of Regulation (EEC, Euratom) No 1182/71): those of the federal `state`.
    """
    if rule.register_from is None or granted_on < rule.register_from:
        return None
    day, left = granted_on, rule.register_days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(state, day)
    return day
