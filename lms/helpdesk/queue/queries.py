"""Reading the day at a help desk, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    Contact,
    ContactWay,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    DeskPlace,
    HelpDesk,
    HelpTopic,
    Ticket,
    TicketState,
)
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.rules import Advises, Waits
from lms.helpdesk.rules import joined
from lms.helpdesk.schedule import topics_by_adviser
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period

AT_TABLES = (TicketState.CALLED, TicketState.SERVING)
BACK = timedelta(days=90)
"""How far estimates look back: what was usual a year ago is no promise."""
FEWEST = 5
"""From so few conversations nothing is said about a topic: then what is usual at all counts."""


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
    """An adviser who is there today. Without topics of their own they help with everything."""

    duty: DeskDuty
    adviser: Adviser
    topics: frozenset[UUID] | None

    def helps_with(self, topic_id: UUID) -> bool:
        """Whether a number of this topic may come to this adviser."""
        return self.topics is None or topic_id in self.topics

    @property
    def is_there(self) -> bool:
        """Neither gone nor having a break."""
        return self.duty.ended_at is None and self.duty.paused_at is None


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
    planned: Sequence[tuple[UUID, frozenset[UUID] | None, datetime]]
    """Who sits here today by the plan: adviser, topics, from when."""
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
    def opens_at(self) -> datetime | None:
        """When it opens next today."""
        return min((one.start for one in self.hours if one.start > self.now), default=None)

    @property
    def gives_numbers(self) -> bool:
        """Whether people may draw a number themselves: while it is open, and half an hour before."""
        early = timedelta(minutes=30)
        return self.desk.takes_walk_ins and any(one.start - early <= self.now < one.end for one in self.hours)

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
            return [Advises(who, topics, starts) for who, topics, starts in self.planned if starts > self.now]
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

    def wait_for(self, topic_id: UUID | None = None) -> int | None:
        """How long somebody would wait who came now; None where nobody can say."""
        return rules.wait_for_new(topic_id, self.to_come, self.advisers, self.minutes, self.now)

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


async def desk_of(session: AsyncSession, desk_id: UUID, *, lock: bool = False) -> HelpDesk:
    """The desk; with `lock` whoever wants to draw a number queues here. Raises NotFound."""
    desk = await session.get(HelpDesk, desk_id, with_for_update=True if lock else None)
    if desk is None:
        raise NotFound
    return desk


async def ticket_of(session: AsyncSession, ticket_id: UUID) -> Ticket:
    """A number as it is now. Raises NotFound."""
    ticket = await session.get(Ticket, ticket_id, populate_existing=True)
    if ticket is None:
        raise NotFound
    return ticket


async def adviser_of(session: AsyncSession, actor: Actor) -> Adviser | None:
    """The adviser who is acting, if they are one."""
    if actor.person_id is None:
        return None
    found: Adviser | None = await session.scalar(select(Adviser).where(Adviser.person_id == actor.person_id))
    return found


async def duty_for(
    session: AsyncSession, desk_id: UUID, day: date, adviser_id: UUID, *, lock: bool = False
) -> DeskDuty | None:
    """An adviser's duty at a desk on a day, as it is now."""
    wanted = select(DeskDuty).where(
        DeskDuty.desk_id == desk_id, DeskDuty.day == day, DeskDuty.adviser_id == adviser_id
    )
    found: DeskDuty | None = await session.scalar(
        (wanted.with_for_update() if lock else wanted).execution_options(populate_existing=True)
    )
    return found


async def open_ticket_of(session: AsyncSession, duty: DeskDuty) -> Ticket | None:
    """Whom the adviser has called or is helping."""
    found: Ticket | None = await session.scalar(
        select(Ticket)
        .where(
            Ticket.desk_id == duty.desk_id,
            Ticket.day == duty.day,
            Ticket.adviser_id == duty.adviser_id,
            Ticket.state.in_(AT_TABLES),
        )
        .order_by(Ticket.called_at, Ticket.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return found


async def desks(session: AsyncSession) -> Sequence[HelpDesk]:
    """The desks that have a queue: places that people come to."""
    found = await session.scalars(
        select(HelpDesk)
        .where(HelpDesk.ended_at.is_(None), HelpDesk.place == DeskPlace.VENUE)
        .order_by(HelpDesk.kind.desc(), HelpDesk.position, HelpDesk.name_de, HelpDesk.id)
    )
    return found.all()


async def topics_of(session: AsyncSession, kind: DeskKind) -> Sequence[HelpTopic]:
    """What is asked for at this kind of desk."""
    found = await session.scalars(
        select(HelpTopic)
        .where(HelpTopic.audience == kind, HelpTopic.ended_at.is_(None))
        .order_by(HelpTopic.position, HelpTopic.name_de, HelpTopic.id)
    )
    return found.all()


async def waiting(session: AsyncSession, desk_id: UUID, day: date) -> Sequence[Waits]:
    """Everybody who waits at a desk; one statement, always from the database."""
    rows = await session.execute(
        select(Ticket.id, Ticket.number, Ticket.topic_id, Ticket.arrived_at, Appointment.starts_at)
        .outerjoin(Appointment, Appointment.id == Ticket.appointment_id)
        .where(Ticket.desk_id == desk_id, Ticket.day == day, Ticket.state == TicketState.WAITING)
    )
    return [Waits(*row) for row in rows]


async def board(session: AsyncSession, desk_id: UUID, now: datetime) -> Board:
    """One desk today; a handful of statements, however many wait. Raises NotFound."""
    return (await boards(session, [await desk_of(session, desk_id)], now))[0]


async def boards(session: AsyncSession, of: Sequence[HelpDesk], now: datetime) -> list[Board]:
    """These desks today; as many statements for one as for many."""
    day, ids = local(now).date(), [one.id for one in of]
    topics = await session.scalars(
        select(HelpTopic).order_by(HelpTopic.position, HelpTopic.name_de, HelpTopic.id)
    )
    by_id = {one.id: one for one in topics}
    entries: dict[UUID, list[Entry]] = defaultdict(list)
    for ticket, appointment in await session.execute(
        select(Ticket, Appointment)
        .outerjoin(Appointment, Appointment.id == Ticket.appointment_id)
        .where(Ticket.desk_id.in_(ids), Ticket.day == day)
        .order_by(Ticket.number)
        .execution_options(populate_existing=True)
    ):
        entries[ticket.desk_id].append(
            Entry(ticket, by_id.get(ticket.topic_id) if ticket.topic_id else None, appointment)
        )
    come = {one.appointment.id for found in entries.values() for one in found if one.appointment}
    expected = [one for one in await _appointments(session, ids, day) if one.id not in come]
    duties = await session.execute(
        select(DeskDuty, Adviser)
        .join(Adviser, Adviser.id == DeskDuty.adviser_id)
        .where(DeskDuty.desk_id.in_(ids), DeskDuty.day == day)
        .order_by(DeskDuty.began_at, DeskDuty.id)
        .execution_options(populate_existing=True)
    )
    at_work = [(duty, adviser) for duty, adviser in duties]
    plan = await _plan(session, ids, day)
    known = await topics_by_adviser(session)
    minutes = await usual_minutes(session, day)
    return [
        Board(
            desk=desk,
            day=day,
            now=now,
            topics=[one for one in by_id.values() if one.audience is desk.kind and one.ended_at is None],
            entries=entries[desk.id],
            duties=[
                OnDuty(duty, adviser, known.get(adviser.id))
                for duty, adviser in at_work
                if duty.desk_id == desk.id
            ],
            expected=[one for one in expected if one.desk_id == desk.id],
            hours=joined(hours for hours, _ in plan[desk.id]),
            planned=[(who, known.get(who), hours.start) for hours, who in plan[desk.id] if who],
            minutes=minutes,
        )
        for desk in of
    ]


async def _appointments(session: AsyncSession, desk_ids: Sequence[UUID], day: date) -> Sequence[Appointment]:
    begins, ends = at_venue(day, time()), at_venue(day + timedelta(days=1), time())
    found = await session.scalars(
        select(Appointment)
        .where(
            Appointment.desk_id.in_(desk_ids),
            Appointment.state == AppointmentState.BOOKED,
            Appointment.starts_at >= begins,
            Appointment.starts_at < ends,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return found.all()


async def _plan(
    session: AsyncSession, desk_ids: Sequence[UUID], day: date
) -> Mapping[UUID, list[tuple[Period, UUID | None]]]:
    """The hours of each desk on a day, with who sits there: weekly hours, less what is closed or away, and what is beside."""
    beside = (
        await session.scalars(
            select(DeskDay).where(
                DeskDay.day == day, or_(DeskDay.desk_id.in_(desk_ids), DeskDay.desk_id.is_(None))
            )
        )
    ).all()
    closed = {one.desk_id for one in beside if one.kind is DayKind.CLOSED}
    away = {(one.desk_id, one.adviser_id) for one in beside if one.kind is DayKind.AWAY}
    rows = await session.execute(
        select(DeskHours, DeskHoursAdviser.adviser_id)
        .outerjoin(DeskHoursAdviser, DeskHoursAdviser.hours_id == DeskHours.id)
        .where(
            DeskHours.desk_id.in_(desk_ids),
            DeskHours.weekday == day.weekday(),
            DeskHours.valid_from <= day,
            or_(DeskHours.valid_until.is_(None), DeskHours.valid_until >= day),
        )
    )
    found: dict[UUID, list[tuple[Period, UUID | None]]] = defaultdict(list)
    for hours, adviser_id in rows:
        if hours.desk_id in closed:
            continue
        is_away = (hours.desk_id, adviser_id) in away or (None, adviser_id) in away
        period = Period(at_venue(day, hours.opens), at_venue(day, hours.closes))
        found[hours.desk_id].append((period, None if is_away else adviser_id))
    for one in beside:
        if (
            one.kind is DayKind.EXTRA
            and one.desk_id
            and one.opens
            and one.closes
            and one.desk_id not in closed
        ):
            period = Period(at_venue(day, one.opens), at_venue(day, one.closes))
            found[one.desk_id].append((period, one.adviser_id))
    return found


async def usual_minutes(session: AsyncSession, day: date) -> Mapping[UUID | None, int]:
    """What a conversation of each topic took of late; under None what one takes at all. One statement."""
    rows = await session.execute(
        select(Contact.topic_id, Contact.minutes).where(
            Contact.day >= day - BACK, Contact.way.in_((ContactWay.WALK_IN, ContactWay.BOOKED))
        )
    )
    lengths: dict[UUID, list[int]] = defaultdict(list)
    for topic_id, minutes in rows:
        lengths[topic_id].append(minutes)
    usual = rules.usual_minutes([one for found in lengths.values() for one in found])
    found: dict[UUID | None, int] = defaultdict(lambda: usual)
    found |= {
        topic: rules.usual_minutes(minutes) for topic, minutes in lengths.items() if len(minutes) >= FEWEST
    }
    found[None] = usual
    return found


async def appointments_named(
    session: AsyncSession, desk_id: UUID, typed: str, day: date
) -> Sequence[Appointment]:
    """Today's appointments for which nobody has come yet, by letters of the name, the reference or the telephone."""
    come = select(Ticket.appointment_id).where(Ticket.appointment_id.is_not(None))
    found = [one for one in await _appointments(session, [desk_id], day) if fits(one, typed)]
    known = set(await session.scalars(come.where(Ticket.desk_id == desk_id, Ticket.day == day)))
    return [one for one in found if one.id not in known]


def fits(one: Appointment, typed: str) -> bool:
    """Whether an appointment may be meant by what was typed."""
    words = typed.casefold().split()
    said = f"{one.name} {one.reference} {one.reference.replace('-', '')} {one.phone}".casefold()
    return all(word in said for word in words)


async def tickets_left(session: AsyncSession, before: date) -> int:
    """How many numbers of days before are still open."""
    return int(await session.scalar(select(func.count()).select_from(Ticket).where(*is_left(before))) or 0)


def is_left(before: date) -> tuple[ColumnElement[bool], ...]:
    """Numbers of days before `before` that nobody has closed."""
    return (
        Ticket.day < before,
        Ticket.state.in_((TicketState.WAITING, TicketState.CALLED, TicketState.SERVING)),
    )
