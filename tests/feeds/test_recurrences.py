"""Our dates and those that other people's expanders reckon from the same rule are the same."""

import random
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import recurring_ical_events

from lms.kernel.clock import ZONE, at_venue, local
from lms.scheduling.errors import NoSuchTime
from lms.scheduling.rules import BlockRule, Dates, MonthlyRule, Rule, WeeklyRule, dates_by_rule, period_on

RECURRENCES = 400
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STARTS = (date(2027, 3, 1), date(2027, 10, 4), date(2028, 2, 1), date(2027, 12, 20), date(2026, 9, 7))
"""Before each change of clocks, before a 29 February, before Christmas, and before both changes."""

Found = set[tuple[datetime, datetime]]


def a_rule(dice: random.Random) -> Rule:
    """A rule as the planner makes them."""
    first = dice.choice(STARTS) + timedelta(days=dice.randrange(28))
    begins, minutes = time(dice.randrange(8, 20), dice.choice((0, 15, 30, 45))), dice.choice((45, 90, 180))
    count = dice.randrange(1, 40)
    kind = dice.randrange(4)
    if kind == 0:
        return BlockRule(first, begins, minutes, min(count, 10), with_weekends=dice.random() < 0.5)
    if kind == 1:
        return MonthlyRule(
            first, begins, minutes, min(count, 12), dice.randrange(7), dice.choice((1, 2, 3, 4, -1))
        )
    weekdays = frozenset(dice.sample(range(7), dice.randrange(1, 4)))
    interval = dice.randrange(1, 4)
    return WeeklyRule(first, begins, minutes, max(1, count // interval), weekdays, interval_weeks=interval)


def written_by_others(rule: Rule, skipped: set[date], moved: dict[date, date], days: set[date]) -> bytes:
    """The same as a calendar programme writes it: one RRULE, EXDATEs for what is left out, RECURRENCE-IDs for what is moved."""
    at = datetime.combine(min(days), rule.starts_at, tzinfo=ZONE)
    frequency: dict[str, object] = {"until": datetime.combine(max(days), time(23), tzinfo=UTC)}
    if isinstance(rule, BlockRule):
        frequency |= {"freq": "DAILY", "byday": NAMES if rule.with_weekends else NAMES[:5]}
    elif isinstance(rule, MonthlyRule):
        frequency |= {"freq": "MONTHLY", "byday": f"{rule.nth}{NAMES[rule.weekday]}"}
    else:
        assert isinstance(rule, WeeklyRule)
        frequency |= {
            "freq": "WEEKLY", "interval": rule.interval_weeks, "byday": [NAMES[one] for one in sorted(rule.weekdays)],
            "wkst": "MO",
        }  # fmt: skip
    event = icalendar.Event()
    event.add("uid", "series")
    event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("dtstart", at)
    event.add("duration", timedelta(minutes=rule.minutes))
    event.add("rrule", frequency)
    for day in sorted(skipped):
        event.add("exdate", datetime.combine(day, rule.starts_at, tzinfo=ZONE))
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//others//others//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    for before, after in moved.items():
        other = icalendar.Event()
        other.add("uid", "series")
        other.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
        other.add("recurrence-id", datetime.combine(before, rule.starts_at, tzinfo=ZONE))
        other.add("dtstart", datetime.combine(after, rule.starts_at, tzinfo=ZONE))
        other.add("duration", timedelta(minutes=rule.minutes))
        calendar.add_component(other)
    text: bytes = calendar.to_ical()
    return text


def expanded_by_others(text: bytes) -> Found:
    """What recurring-ical-events makes of it."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        date(2026, 1, 1), date(2032, 1, 1)
    )
    return {(one["DTSTART"].dt.astimezone(UTC), one["DTEND"].dt.astimezone(UTC)) for one in found}


def test_four_hundred_recurrences_give_the_same_dates_as_an_independent_expander() -> None:
    dice, differences, over_changes, leap_days = random.Random(20270328), 0, 0, 0
    for _ in range(RECURRENCES):
        rule = a_rule(dice)
        whole = dates_by_rule(rule, {}).planned
        closed = {local(one.start).date(): "Ferien" for one in whole if dice.random() < 0.15}
        dates = dates_by_rule(rule, closed)
        ours, moved = _with_moves(rule, dates, dice)
        skipped = {local(one.period.start).date() for one in dates.skipped}
        named = skipped | {local(one.start).date() for one in dates.planned}

        theirs = expanded_by_others(written_by_others(rule, skipped, moved, named))

        differences += ours != theirs
        offsets = {local(start).utcoffset() for start, _ in ours}
        over_changes += len(offsets) == 2
        leap_days += any(local(start).date() == date(2028, 2, 29) for start, _ in ours)
    print(f"recurrences={RECURRENCES} differences={differences}")  # noqa: T201 - whoever accepts the work reads it
    assert differences == 0
    assert over_changes > RECURRENCES / 8
    assert leap_days > 5


def _with_moves(rule: Rule, dates: Dates, dice: random.Random) -> tuple[Found, dict[date, date]]:
    """Some of the dates on the day after, where nothing else is; and which."""
    days = {local(one.start).date() for one in [*dates.planned, *(each.period for each in dates.skipped)]}
    found: Found = set()
    moved: dict[date, date] = {}
    for one in dates.planned:
        day = local(one.start).date()
        other = day + timedelta(days=1)
        if dice.random() < 0.1 and other not in days | set(moved.values()):
            moved[day] = other
            period = period_on(other, rule.starts_at, rule.minutes)
            found.add((period.start, period.end))
        else:
            found.add((one.start, one.end))
    return found, moved


def test_a_time_that_the_change_of_clocks_leaves_out_is_refused_and_not_silently_moved() -> None:
    day = date(2027, 3, 28)

    try:
        period_on(day, time(2, 30), 60)
    except NoSuchTime:
        refused = True

    assert refused
    assert local(at_venue(day, time(3, 30))).time() == time(3, 30)
