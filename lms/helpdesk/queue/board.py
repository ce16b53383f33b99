"""One desk today, as one look sees it: who waits, who is there, how long it takes. Plain values; `queries` reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.helpdesk.models import Adviser, Appointment, HelpDesk, HelpTopic, Ticket, TicketState
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.rules import Advises, Waits
from lms.helpdesk.rules import helps_with
from lms.kernel.period import Period

AT_TABLES = (TicketState.CALLED, TicketState.SERVING)


@dataclass(frozen=True, slots=True)
class Entry:
    """A number with what is shown beside it."""

    ticket: Ticket
    topic: HelpTopic | None
    appointment: Appointment | None

    @property
    def due_at(self) -> datetime | None:
        """The time of the appointment."""
        return self.appointment.starts_at if self.appointment else None

    @property
    def waits(self) -> Waits:
        """What the rules need."""
        ticket = self.ticket
        return Waits(ticket.id, ticket.number, ticket.topic_id, ticket.arrived_at, self.due_at)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An adviser who is there today."""

    duty: DeskDuty
    adviser: Adviser
    topics: frozenset[UUID]

    def helps_with(self, topic_id: UUID | None) -> bool:
        """Whether a number of this topic may come to this adviser."""
        return helps_with(self.topics, topic_id)

    @property
    def is_there(self) -> bool:
        """Neither gone nor having a break."""
        return self.duty.ended_at is None and self.duty.paused_at is None


@dataclass(frozen=True, slots=True)
class Sits:
    """Somebody who is to sit at a desk today by the plan, and from when until when."""

    adviser_id: UUID
    topics: frozenset[UUID]
    period: Period


@dataclass(frozen=True, slots=True)
class Board:
    """Everything about one desk today, as one look sees it."""

    desk: HelpDesk
    day: date
    now: datetime
    topics: Sequence[HelpTopic]
    entries: Sequence[Entry]
    duties: Sequence[OnDuty]
    expected: Sequence[Appointment]
    """Appointments of today for which nobody has come yet."""
    hours: Sequence[Period]
    planned: Sequence[Sits]
    """Who sits here today by the plan."""
    minutes: Mapping[UUID | None, int]

    def in_state(self, *states: TicketState) -> list[Entry]:
        """The numbers in these states, in their order."""
        return [one for one in self.entries if one.ticket.state in states]

    @property
    def line(self) -> list[Entry]:
        """Everybody who waits, whoever comes first in front."""
        known = {one.ticket.id: one for one in self.in_state(TicketState.WAITING)}
        return [known[one.ticket_id] for one in rules.line((one.waits for one in known.values()), self.now)]

    @property
    def is_open(self) -> bool:
        """Whether it is within today's hours."""
        return any(one.start <= self.now < one.end for one in self.hours)

    @property
    def helps_now(self) -> bool:
        """Whether people are called now: it is open, or an adviser is there a little early, or still for those who wait."""
        is_wanted = self.gives_numbers or (self.opens_at is None and self.in_state(TicketState.WAITING))
        return self.is_open or (bool(is_wanted) and any(one.is_there for one in self.duties))

    @property
    def opens_at(self) -> datetime | None:
        """When it opens next today."""
        return min((one.start for one in self.hours if one.start > self.now), default=None)

    @property
    def gives_numbers(self) -> bool:
        """Whether people may draw a number themselves: while it is open, and half an hour before."""
        return self.desk.takes_walk_ins and any(
            one.start - rules.EARLY <= self.now < one.end for one in self.hours
        )

    @property
    def advisers(self) -> list[Advises]:
        """Who is at work, and when they should be free; before it opens, whoever is to sit here."""
        busy = {
            one.ticket.adviser_id: one
            for one in self.in_state(*AT_TABLES)
            if one.ticket.adviser_id is not None
        }
        there = [one for one in self.duties if one.is_there]
        if not there and not self.is_open:
            return [
                Advises(one.adviser_id, one.topics, one.period.start)
                for one in self.planned
                if one.period.start > self.now
            ]
        return [
            Advises(
                one.adviser.id,
                one.topics,
                self._free_at(busy[one.adviser.id]) if one.adviser.id in busy else self.now,
            )
            for one in there
        ]

    def _free_at(self, entry: Entry) -> datetime:
        began = entry.ticket.serving_at or entry.ticket.called_at or self.now
        return rules.ends_at(began, self.minutes.get(entry.ticket.topic_id, rules.USUAL_MINUTES), self.now)

    @property
    def to_come(self) -> list[Waits]:
        """Who waits, and who will come at their time: they take an adviser too."""
        booked = [
            Waits(one.id, 0, one.topic_id, one.starts_at, one.starts_at)
            for one in self.expected
            if one.starts_at + rules.GRACE > self.now
        ]
        return [*(one.waits for one in self.in_state(TicketState.WAITING)), *booked]

    @property
    def waits(self) -> Mapping[UUID, int]:
        """Minutes until each number is called, as far as that can be said."""
        return rules.estimates(self.to_come, self.advisers, self.minutes, self.now)

    def clock_in(self, minutes: int) -> datetime:
        """The time of day in so many minutes, in steps of five; not before it opens."""
        then = self.now + timedelta(minutes=minutes)
        then -= timedelta(
            minutes=then.minute % rules.STEP_MINUTES, seconds=then.second, microseconds=then.microsecond
        )
        return max(then, self.opens_at or then)

    def wait_for(self, topic_id: UUID | None = None) -> int | None:
        """How long somebody would wait who came now; None where nobody can say."""
        return rules.wait_for_new(topic_id, self.to_come, self.advisers, self.minutes, self.now)

    def waits_for_new(self) -> tuple[int, int] | None:
        """The shortest and the longest wait of somebody who came now, whatever they ask about; None where nobody can say."""
        known = [self.wait_for(one.id) for one in self.topics] if self.topics else [self.wait_for()]
        found = [one for one in known if one is not None]
        return (min(found), max(found)) if found else None

    def without_adviser(self) -> list[HelpTopic]:
        """The topics that nobody who is there today can help with, be it after a break."""
        advisers: Sequence[OnDuty | Advises] = [
            one for one in self.duties if one.duty.ended_at is None
        ] or self.advisers
        if not advisers:
            return []
        return [one for one in self.topics if not any(who.helps_with(one.id) for who in advisers)]

    def at_table_of(self, adviser_id: UUID) -> Entry | None:
        """Whom an adviser has called or is helping."""
        return next((one for one in self.in_state(*AT_TABLES) if one.ticket.adviser_id == adviser_id), None)

    def duty_of(self, adviser_id: UUID) -> OnDuty | None:
        """The adviser's duty of today, also once it has ended."""
        return next((one for one in self.duties if one.adviser.id == adviser_id), None)

    def next_of(self, one: OnDuty) -> Entry | None:
        """Whom this adviser would call now."""
        waiting = self.in_state(TicketState.WAITING)
        found = rules.next_for(one.topics, (entry.waits for entry in waiting), self.now)
        return next((entry for entry in waiting if found and entry.ticket.id == found.ticket_id), None)
