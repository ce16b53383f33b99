"""Reading the day at a help desk, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    Contact,
    ContactWay,
    DeskKind,
    DeskPlace,
    HelpDesk,
    HelpTopic,
    Ticket,
    TicketState,
)
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.board import AT_TABLES, Board, Entry, OnDuty, Sits
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.rules import Waits
from lms.helpdesk.rules import joined, openings
from lms.helpdesk.schedule import absences, plans_of, topics_by_adviser
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.scheduling.holidays import days_off

BACK = timedelta(days=90)
"""How far estimates look back: what was usual a year ago is no promise."""
FEWEST = 5
"""From so few conversations nothing is said about a topic: then what is usual at all counts."""


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


async def board(session: AsyncSession, desk_id: UUID, now: datetime, *, state: str) -> Board:
    """One desk today; a handful of statements, however many wait. Raises NotFound."""
    return (await boards(session, [await desk_of(session, desk_id)], now, state=state))[0]


async def boards(session: AsyncSession, of: Sequence[HelpDesk], now: datetime, *, state: str) -> list[Board]:
    """These desks today; as many statements for one as for many. `state` is the federal state, whose holidays count."""
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
    there = await sitting(session, of, day, state=state)
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
                OnDuty(duty, adviser, known.get(adviser.id, frozenset()))
                for duty, adviser in at_work
                if duty.desk_id == desk.id
            ],
            expected=[one for one in expected if one.desk_id == desk.id],
            hours=joined(opening for opening, _ in there[desk.id]),
            planned=[
                Sits(one, known.get(one, frozenset()), opening)
                for opening, who in there[desk.id]
                for one in sorted(who)
            ],
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


async def sitting(
    session: AsyncSession, of: Sequence[HelpDesk], day: date, *, state: str
) -> Mapping[UUID, list[tuple[Period, frozenset[UUID]]]]:
    """When these desks open on a day, each with who sits there and is not absent: as times are booked (`helpdesk.rules`)."""
    off = await days_off(session, state, day, day)
    plans = await plans_of(session, of, first=day, last=day, off=off)
    away = await absences(session, day, day)
    found: dict[UUID, list[tuple[Period, frozenset[UUID]]]] = {}
    for desk_id, plan in plans.items():
        there = (
            (
                opening,
                frozenset(
                    one for one in who if not any(opening.overlaps(gone) for gone in away.get(one, ()))
                ),
            )
            for opening, who in openings(plan, day)
        )
        found[desk_id] = [(opening, who) for opening, who in there if who]
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


def fits(one: Appointment, typed: str) -> bool:
    """Whether an appointment may be meant by what was typed."""
    words = typed.casefold().split()
    said = f"{one.name} {one.reference} {one.reference.replace('-', '')} {one.phone}".casefold()
    return all(word in said for word in words)


def is_left(before: date) -> tuple[ColumnElement[bool], ...]:
    """Numbers of days before `before` that nobody has closed."""
    return (
        Ticket.day < before,
        Ticket.state.in_((TicketState.WAITING, TicketState.CALLED, TicketState.SERVING)),
    )
