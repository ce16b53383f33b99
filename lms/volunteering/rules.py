"""What is decided about helpers without asking anybody: youth protection, time, money. No session, no request, no clock.

Unpaid help is not employment: the Jugendarbeitsschutzgesetz does not bind the centre (§ 1 (2) no. 1 JArbSchG exempts slight
help out of kindness). The centre takes its limits all the same, as defaults that it may change (`Limits`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lms.kernel.clock import local
from lms.people.ages import age_on
from lms.people.rules import is_minor
from lms.volunteering.errors import (
    AtNight,
    DuringSchool,
    TooLateForChild,
    TooLongForAge,
    TooYoungForShift,
)

CHILD_UNTIL = 15
"""Who is not 15 yet is a child in the sense of § 2 (1) JArbSchG."""
CONSENT_ASKED = timedelta(days=14)  # L-30
OLDEST = 110
SHORT_DAY, LONG_DAY = 270, 360
SHORT_BREAK, LONG_BREAK = 30, 60
BEYOND_PLAN = 240
"""So many minutes more than planned are believed at most; anything above is a slip of the hand."""
FREE_BY_YEAR: tuple[tuple[int, int], ...] = ((2021, 84_000), (2026, 96_000))
"""The tax-free allowance for unpaid help (Ehrenamtspauschale) in cents, from a year on.

Source: § 3 Nr. 26a EStG; 840 euros by the Jahressteuergesetz 2020, 960 euros from 2026 on by the Steueränderungsgesetz 2025.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the centre asks of shifts for helpers under 18. The defaults follow the JArbSchG.

    `night_from` to `night_until`: § 14 (1), nobody under 18 between 20 and 6. `child_from`, `child_until`, `child_minutes`:
    § 5 (3), from 13 on, at most two hours a day, not before 8 and not after 18. `youth_minutes`: § 8 (1), at most eight
    hours a day. `school_until`: § 5 (3) and § 9 (1), not before and not during school.
    """

    least_age: int = 13
    night_from: time = time(20)
    night_until: time = time(6)
    child_from: time = time(8)
    child_until: time = time(18)
    child_minutes: int = 120
    youth_minutes: int = 480
    school_until: time = time(14)
    withdraw_hours: int = 48


def pause_minutes(minutes: int, *, is_minor: bool) -> int:
    """The break within so many minutes: § 11 (1) JArbSchG under 18 (30 beyond 4½ hours, 60 beyond 6); § 4 ArbZG else."""
    if is_minor:
        return LONG_BREAK if minutes > LONG_DAY else SHORT_BREAK if minutes > SHORT_DAY else 0
    return SHORT_BREAK if minutes > LONG_DAY else 0


def planned_minutes(starts_at: datetime, ends_at: datetime, *, is_minor: bool) -> int:
    """How long somebody helps in a shift, its break left out."""
    whole = int((ends_at - starts_at).total_seconds() // 60)
    return whole - pause_minutes(whole, is_minor=is_minor)


def refuse_unless_age_fits(
    birth_date: date | None,
    starts_at: datetime,
    ends_at: datetime,
    *,
    least_age: int,
    limits: Limits,
    is_school_day: bool,
    minutes_that_day: int = 0,
) -> None:
    """Whether somebody of this age may take this shift; `minutes_that_day` are those of their other shifts of the day.

    Who gave no birth date is of age: the form asks everybody under 18. Raises TooYoungForShift, AtNight, TooLateForChild,
    DuringSchool, TooLongForAge.
    """
    first, last = local(starts_at), local(ends_at)
    age = age_on(birth_date, first.date()) if birth_date else None
    if age is None:
        return
    if age < least_age:
        raise TooYoungForShift(age=least_age)
    if not is_minor(birth_date, first.date()):
        return
    if age < limits.least_age:
        raise TooYoungForShift(age=limits.least_age)
    said = {"starts": f"{first:%H:%M}", "ends": f"{last:%H:%M}"}
    if _is_outside(first, last, limits.night_until, limits.night_from):
        raise AtNight(first=_said(limits.night_until), last=_said(limits.night_from), **said)
    is_child = age < CHILD_UNTIL
    if is_child and _is_outside(first, last, limits.child_from, limits.child_until):
        raise TooLateForChild(first=_said(limits.child_from), last=_said(limits.child_until), **said)
    if is_school_day and first.time() < limits.school_until:
        raise DuringSchool(time=_said(limits.school_until))
    most = limits.child_minutes if is_child else limits.youth_minutes
    if minutes_that_day + planned_minutes(starts_at, ends_at, is_minor=True) > most:
        raise TooLongForAge(most=_hours(most))


def free_cents(year: int) -> tuple[int, int]:
    """The year of the rule that holds in `year`, and the tax-free sum in cents (§ 3 Nr. 26a EStG)."""
    fitting = [one for one in FREE_BY_YEAR if one[0] <= year]
    return fitting[-1] if fitting else FREE_BY_YEAR[0]


def cents_for(minutes: int, *, per_hour: bool, cents: int) -> int:
    """What one duty brings; a part of an hour counts as its part, rounded once to a full cent, half a cent up."""
    if not minutes:
        return 0
    return (minutes * cents + 30) // 60 if per_hour else cents


def full_hours(minutes: Iterable[int]) -> int:
    """The full hours of all these together; a certificate states no more than there was."""
    return sum(minutes) // 60


def needs_adult(*, taken_by_minors: bool, has_adult: bool) -> bool:
    """Nobody under 18 is alone at a desk: an experienced adult sits beside them."""
    return taken_by_minors and not has_adult


def is_last_for_adult(*, free: int, has_adult: bool) -> bool:
    """Whether the place that is left is kept for an experienced adult."""
    return free <= 1 and not has_adult


def may_withdraw(starts_at: datetime, now: datetime, *, hours: int) -> bool:
    """Until so many hours before the shift a helper withdraws without calling."""
    return now <= starts_at - timedelta(hours=hours)


def fitting_topics(wanted: Iterable[str], known: Iterable[str]) -> int:
    """How many of the topics wanted somebody knows about."""
    return len(set(wanted) & set(known))


def days_of_rule(
    weekday: int, first: date, last: date | None, today: date, weeks: int, closed: Iterable[date]
) -> Sequence[date]:
    """The days on which a weekly shift is opened now: the next `weeks` weeks from today on, closed days left out."""
    start = max(first, today)
    start += timedelta(days=(weekday - start.weekday()) % 7)
    end = today + timedelta(weeks=weeks)
    gone = set(closed)
    return [
        day
        for day in (start + timedelta(weeks=number) for number in range(weeks + 1))
        if day <= end and (last is None or day <= last) and day not in gone
    ]


def _is_outside(first: datetime, last: datetime, earliest: time, latest: time) -> bool:
    return first.time() < earliest or last.date() > first.date() or last.time() > latest


def _said(moment: time) -> str:
    return f"{moment:%H:%M}"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02d} h" if rest else f"{hours} h"
