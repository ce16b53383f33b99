"""Who is next, and how long it takes until then: plain functions of the numbers drawn, the advisers and the time.

The rule as the page says it: who has an appointment comes at their time, not before, and at most the current conversation
later. In between come those without one, in the order of their arrival. Everybody goes to an adviser who can help with their topic.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from lms.helpdesk.rules import helps_with

GRACE = timedelta(minutes=15)
"""So late may somebody be and still be next: later they queue as if they had come at their time without an appointment."""
UNDO = timedelta(minutes=15)
"""So long can an adviser take back what they have done."""
EARLY = timedelta(minutes=30)
"""So long before it opens are numbers given, and may advisers sit down who may be there in their own hours alone."""
USUAL_MINUTES = 20
"""What a conversation takes where nothing is known of its topic yet."""
STEP_MINUTES = 5
"""Estimates are told in steps of five minutes: more exact would be a promise."""
AT_LEAST = timedelta(minutes=2)
"""A conversation that lasts longer than others of its topic is thought to end in two minutes."""
LONGEST_MINUTES = 480


@dataclass(frozen=True, slots=True)
class Waits:
    """A number that waits. `due_at` is the time of the appointment, None for who came without one."""

    ticket_id: UUID
    number: int
    topic_id: UUID | None
    arrived_at: datetime
    due_at: datetime | None = None

    @property
    def is_booked(self) -> bool:
        """Whether the appointment still counts: not for who came more than a quarter of an hour late."""
        return self.due_at is not None and self.arrived_at <= self.due_at + GRACE

    @property
    def since(self) -> datetime:
        """What decides between those without an appointment: who came too late is treated as if they had come at their time."""
        return self.arrived_at if self.due_at is None else min(self.arrived_at, self.due_at)

    def is_due(self, now: datetime) -> bool:
        """Whether an adviser may call this number now."""
        return not self.is_booked or (self.due_at is not None and self.due_at <= now)


@dataclass(frozen=True, slots=True)
class Advises:
    """An adviser at work, with the topics they have named. `free_at` is when the current conversation should end."""

    adviser_id: UUID
    topics: frozenset[UUID]
    free_at: datetime

    def helps_with(self, topic_id: UUID | None) -> bool:
        """Whether a number of this topic may come to this adviser; without a topic it may go to everybody."""
        return helps_with(self.topics, topic_id)


def line(waiting: Iterable[Waits], now: datetime) -> list[Waits]:
    """Everybody who waits, in the order in which they come: whose time has come first, then by arrival, then who is too early."""
    return sorted(waiting, key=lambda one: _place(one, now))


def next_for(topics: Collection[UUID], waiting: Iterable[Waits], now: datetime) -> Waits | None:
    """Whom an adviser calls who has named these topics; None where there is nobody for them yet."""
    fitting = [one for one in waiting if helps_with(topics, one.topic_id) and one.is_due(now)]
    return min(fitting, key=lambda one: _place(one, now), default=None)


def estimates(
    waiting: Iterable[Waits], advisers: Sequence[Advises], minutes: Mapping[UUID | None, int], now: datetime
) -> dict[UUID, int]:
    """In how many minutes each number is called, as far as anybody can know, in steps of five; by playing the day on.

    A number that nobody at work can help with is left out. `minutes` is what a conversation of a topic takes.
    """
    left = list(waiting)
    free = {one.adviser_id: max(one.free_at, now) for one in advisers}
    found: dict[UUID, int] = {}
    while left:
        turns = [
            (max(free[who.adviser_id], _begins(one, now)), _place(one, now), index, one, who.adviser_id)
            for one in left
            for index, who in enumerate(advisers)
            if who.helps_with(one.topic_id)
        ]
        if not turns:
            break
        soonest = min(turn[0] for turn in turns)
        at, _, _, one, adviser_id = min(
            (turn for turn in turns if turn[0] == soonest),
            key=lambda turn: (_place(turn[3], soonest), turn[2]),
        )
        found[one.ticket_id] = rounded(at - now)
        free[adviser_id] = at + timedelta(minutes=_lasts(minutes, one.topic_id))
        left.remove(one)
    return found


def wait_for_new(
    topic_id: UUID | None,
    waiting: Iterable[Waits],
    advisers: Sequence[Advises],
    minutes: Mapping[UUID | None, int],
    now: datetime,
) -> int | None:
    """How long somebody would wait who came now without an appointment; None where nobody at work can help."""
    others = list(waiting)
    mine = UUID(int=next(number for number in count() if all(one.ticket_id.int != number for one in others)))
    last = max((one.number for one in others), default=0) + 1
    newcomer = Waits(mine, last, topic_id, now)
    return estimates([*others, newcomer], advisers, minutes, now).get(mine)


def usual_minutes(lengths: Sequence[int]) -> int:
    """What a conversation takes, from those before: the middle one, which a single long afternoon does not move."""
    if not lengths:
        return USUAL_MINUTES
    ordered = sorted(lengths)
    return ordered[len(ordered) // 2]


def ends_at(began: datetime, lasts: int, now: datetime) -> datetime:
    """When a conversation should end that began then; one that lasts longer than usual ends soon."""
    return max(began + timedelta(minutes=lasts), now + AT_LEAST)


def rounded(wait: timedelta) -> int:
    """Minutes up to the next five: who is called sooner is glad, who waits longer is not."""
    return max(0, math.ceil(wait / timedelta(minutes=STEP_MINUTES))) * STEP_MINUTES


def minutes_on_clock(began: datetime | None, now: datetime) -> int:
    """What a conversation took, to fill in the form: at least one minute, at most a day's work."""
    if began is None:
        return STEP_MINUTES
    return min(LONGEST_MINUTES, max(1, round((now - began) / timedelta(minutes=1))))


def _place(one: Waits, now: datetime) -> tuple[int, datetime, int]:
    if one.due_at is not None and one.is_booked:
        return (0 if one.due_at <= now else 2, one.due_at, one.number)
    return (1, one.since, one.number)


def _begins(one: Waits, now: datetime) -> datetime:
    return now if one.due_at is None or one.is_due(now) else one.due_at


def _lasts(minutes: Mapping[UUID | None, int], topic_id: UUID | None) -> int:
    return max(1, minutes.get(topic_id, USUAL_MINUTES))
