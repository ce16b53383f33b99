"""When somebody can be helped, and by whom: plain functions, without session or clock. Times are reckoned, never stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period

NOON = time(12)
OFFER_HOLDS = timedelta(hours=24)
"""So long an earlier time is held for whoever it is offered to, or until two hours before it begins."""
OFFER_ENDS_BEFORE = timedelta(hours=2)
SHORTEST_OFFER = timedelta(hours=1)
KEPT_AFTER = timedelta(days=30)
"""So long after an appointment the name and number are kept, for questions and the lost umbrella."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of a weekday (Monday is 0) by the wall clock, with who sits there; both days of their validity included."""

    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_until: date | None
    advisers: frozenset[UUID]

    def holds_on(self, day: date) -> bool:
        """Whether the desk opens by these hours on this day."""
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Extra:
    """An adviser opens the desk once, beside its hours. It counts on holidays too: somebody has said so on purpose."""

    day: date
    opens: time
    closes: time
    adviser: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a desk's times follow from. `closed` are days without any hours, `away` pairs of day and adviser."""

    weekly: Sequence[Weekly] = ()
    extra: Sequence[Extra] = ()
    closed: Collection[date] = frozenset()
    away: Collection[tuple[date, UUID]] = frozenset()
    slot: timedelta = timedelta(minutes=30)
    buffer: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One time at a desk, and who could help then."""

    starts_at: datetime
    ends_at: datetime
    advisers: tuple[UUID, ...] = ()

    @property
    def day(self) -> date:
        """The day by the wall clock."""
        return local(self.starts_at).date()

    @property
    def is_morning(self) -> bool:
        """Whether it begins before noon."""
        return local(self.starts_at).time() < NOON


def helps_with(known: Collection[UUID], topic_id: UUID | None) -> bool:
    """Whether an adviser who has named these topics helps with this one. Who has named none helps with everything."""
    return topic_id is None or not known or topic_id in known


def openings(plan: Plan, day: date) -> list[tuple[Period, frozenset[UUID]]]:
    """From when until when the desk is open on this day, each with who sits there; whoever is away is left out."""
    found: list[tuple[Period, frozenset[UUID]]] = []
    if day not in plan.closed:
        found += [
            _opening(day, one.opens, one.closes, one.advisers) for one in plan.weekly if one.holds_on(day)
        ]
    found += [
        _opening(day, one.opens, one.closes, frozenset({one.adviser})) for one in plan.extra if one.day == day
    ]
    present = (
        (period, frozenset(who for who in advisers if (day, who) not in plan.away))
        for period, advisers in found
    )
    return sorted(
        ((period, advisers) for period, advisers in present if advisers), key=lambda one: one[0].start
    )


def joined(periods: Iterable[Period]) -> list[Period]:
    """The same time without overlaps: hours that touch or overlap are one."""
    found: list[Period] = []
    for one in sorted(periods, key=lambda one: one.start):
        if found and one.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def slots(
    plan: Plan,
    first: date,
    last: date,
    *,
    able: Collection[UUID],
    busy: Mapping[UUID, Sequence[Period]],
    earliest: datetime,
    full: Collection[tuple[date, UUID]] = frozenset(),
) -> list[Slot]:
    """The free times from one day to another, both included, in order; two hours that overlap give each time once.

    `able` are the advisers who know the topic, `busy` what else they have, `full` days on which one has enough already. An
    adviser is free when neither the appointment nor the buffer after it overlaps anything.
    """
    step = plan.slot + plan.buffer
    free: dict[tuple[datetime, datetime], set[UUID]] = defaultdict(set)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for period, advisers in openings(plan, day):
            who = [one for one in advisers if one in able and (day, one) not in full]
            starts = period.start
            while who and starts + plan.slot <= period.end:
                if starts >= earliest:
                    wanted = Period(starts, starts + step)
                    free[starts, starts + plan.slot].update(
                        one for one in who if not any(wanted.overlaps(other) for other in busy.get(one, ()))
                    )
                starts += step
    return [
        Slot(starts, ends, tuple(sorted(who, key=str))) for (starts, ends), who in sorted(free.items()) if who
    ]


def is_covered(plan: Plan, adviser: UUID, period: Period) -> bool:
    """Whether this adviser sits at the desk during the whole period."""
    return any(
        adviser in advisers and opening.start <= period.start and period.end <= opening.end
        for opening, advisers in openings(plan, local(period.start).date())
    )


def chosen(
    advisers: Iterable[UUID],
    *,
    load: Mapping[UUID, int],
    breadth: Mapping[UUID, int],
    speaks: Collection[UUID] = frozenset(),
) -> UUID:
    """Who takes an appointment (F-M03): whoever speaks the language, then whoever has the fewest, then whoever knows less else.

    The last keeps those free who can be sent anywhere. Raises ValueError for nobody.
    """
    return min(advisers, key=lambda one: (one not in speaks, load.get(one, 0), breadth.get(one, 0), str(one)))


def by_day(found: Iterable[Slot]) -> dict[date, list[Slot]]:
    """The times of each day."""
    days: dict[date, list[Slot]] = {}
    for slot in found:
        days.setdefault(slot.day, []).append(slot)
    return days


def offer_until(now: datetime, starts_at: datetime) -> datetime | None:
    """Until when an earlier time is held for somebody; None when it begins too soon to ask."""
    until = min(now + OFFER_HOLDS, starts_at - OFFER_ENDS_BEFORE)
    return until if until - now >= SHORTEST_OFFER else None


def reminded_from(starts_at: datetime) -> datetime:
    """When to remind of an appointment: at nine in the morning of the day before."""
    return at_venue(local(starts_at).date() - timedelta(days=1), time(9))


def _opening(
    day: date, opens: time, closes: time, advisers: frozenset[UUID]
) -> tuple[Period, frozenset[UUID]]:
    start = at_venue(day, opens)
    return Period(start, max(at_venue(day, closes), start + timedelta(minutes=1))), advisers
